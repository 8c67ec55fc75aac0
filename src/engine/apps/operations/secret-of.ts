// apps.secretOf
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../../scripts/index.ts';
import type { Apps } from '../apps.ts';

export const secretOfApp = (apps: Apps) =>
  operation({
    name: 'apps.secretOf',
    summary: 'The secrets in the addresses of an app: its public page, and its built files.',
    risk: 'read',
    action: 'apps:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ publicSecret: z.string(), bundleSecret: z.string() }),
    run: (call, { path }) => apps.secretOf(call, path),
  });
