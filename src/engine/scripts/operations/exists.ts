// scripts.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const scriptExists = (scripts: Scripts) =>
  operation({
    name: 'scripts.exists',
    summary: 'Tell whether a path holds a script.',
    risk: 'read',
    action: 'scripts:read',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.boolean(),
    run: (call, { path }) => scripts.exists(call, path),
  });
