// scripts.archive
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const archiveScript = (scripts: Scripts) =>
  operation({
    name: 'scripts.archive',
    summary: 'Archive a script: it leaves the lists, its versions stay.',
    risk: 'write',
    action: 'scripts:write',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: itemPath }),
    run: (call, { path }) => scripts.archive(call, path),
  });
