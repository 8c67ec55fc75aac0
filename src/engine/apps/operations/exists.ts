// apps.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Apps } from '../apps.ts';

export const appExists = (apps: Apps) =>
  operation({
    name: 'apps.exists',
    summary: 'Say whether there is an app at a path.',
    risk: 'read',
    action: 'apps:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.boolean(),
    run: (call, { path }) => apps.exists(call, path),
  });
