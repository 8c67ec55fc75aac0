// scripts.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const deleteScript = (scripts: Scripts) =>
  operation({
    name: 'scripts.delete',
    summary: 'Delete a script with all its versions (admins).',
    risk: 'high_risk',
    action: 'scripts:write',
    tool: 'deleteScriptByPath',
    on: ({ path }) => path,
    input: z.strictObject({ path: itemPath }),
    output: z.object({ path: itemPath }),
    run: (call, { path }) => scripts.delete(call, path),
  });
