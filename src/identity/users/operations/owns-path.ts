// users.ownsPath
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Users } from '../users.ts';

export const ownsPath = (users: Users) =>
  operation({
    name: 'users.ownsPath',
    summary: 'Say whether a path of the workspace is yours: your own, or in a folder that you own.',
    risk: 'read',
    action: 'session:read',
    input: z.strictObject({
      path: z
        .string()
        .max(300)
        .regex(/^[^\p{Cc}]+$/u)
        .describe('u/<username>/…, f/<folder>/… or the beginning of one'),
    }),
    output: z.boolean(),
    run: (call, { path }) => users.ownsPath(call, path),
  });
