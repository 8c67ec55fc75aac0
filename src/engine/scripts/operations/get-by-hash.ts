// scripts.getByHash
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { script, scriptHash } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const getScriptByHash = (scripts: Scripts) =>
  operation({
    name: 'scripts.getByHash',
    summary: 'Read one version of a script.',
    risk: 'read',
    action: 'scripts:read',
    input: z.strictObject({ hash: scriptHash }),
    output: script,
    run: (call, { hash }) => scripts.getByHash(call, hash),
  });
