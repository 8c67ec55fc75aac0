// scripts.history
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const scriptHistory = (scripts: Scripts) =>
  operation({
    name: 'scripts.history',
    summary: 'List the versions of a script, newest first.',
    risk: 'read',
    action: 'scripts:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.array(
      z.object({
        scriptHash: z.string(),
        createdAt: z.number(),
        createdBy: z.string(),
        deploymentMsg: z.string().nullable(),
      }),
    ),
    run: (call, { path }) => scripts.history(call, path),
  });
