// apps.history
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import { appVersionId } from '../app.ts';
import type { Apps } from '../apps.ts';

export const appHistory = (apps: Apps) =>
  operation({
    name: 'apps.history',
    summary: 'List the versions of an app, newest first.',
    risk: 'read',
    action: 'apps:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath, ...pageFields }),
    output: z.array(
      z.object({
        version: appVersionId,
        createdAt: z.number(),
        createdBy: z.string(),
        deploymentMsg: z.string().nullable(),
      }),
    ),
    run: (call, { path, ...paging }) => apps.history(call, path, paging),
  });
