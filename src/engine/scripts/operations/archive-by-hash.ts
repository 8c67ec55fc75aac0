// scripts.archiveByHash
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { script, scriptHash } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const archiveScriptByHash = (scripts: Scripts) =>
  operation({
    name: 'scripts.archiveByHash',
    summary: 'Archive one version of a script.',
    risk: 'write',
    action: 'scripts:write',
    input: z.strictObject({ hash: scriptHash }),
    output: script,
    run: (call, { hash }) => scripts.archiveByHash(call, hash),
  });
