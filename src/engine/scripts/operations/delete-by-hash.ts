// scripts.deleteByHash
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { script, scriptHash } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const deleteScriptByHash = (scripts: Scripts) =>
  operation({
    name: 'scripts.deleteByHash',
    summary: 'Erase one version of a script, keeping its hash (admins).',
    risk: 'high_risk',
    action: 'scripts:write',
    tool: 'deleteScriptByHash',
    input: z.strictObject({ hash: scriptHash }),
    output: script,
    run: (call, { hash }) => scripts.deleteByHash(call, hash),
  });
