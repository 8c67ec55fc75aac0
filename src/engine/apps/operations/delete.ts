// apps.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Apps } from '../apps.ts';

export const deleteApp = (apps: Apps) =>
  operation({
    name: 'apps.delete',
    summary: 'Delete an app with all its versions; jobs that it started stay.',
    risk: 'high_risk',
    action: 'apps:write',
    tool: 'deleteApp',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: itemPath }),
    run: (call, { path }) => apps.delete(call, path),
  });
