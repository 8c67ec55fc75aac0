// scripts.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath, newScript, scriptHash } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const createScript = (scripts: Scripts) =>
  operation({
    name: 'scripts.create',
    summary: 'Deploy a script: a new path, or a new version of one.',
    risk: 'write',
    action: 'scripts:write',
    tool: 'createScript',
    on: ({ path }) => path,
    input: newScript,
    output: z.object({
      hash: scriptHash,
      path: itemPath,
      created: z.boolean().describe('false when nothing had changed'),
      warnings: z.array(z.string()).describe('what may fail when it runs'),
    }),
    run: (call, input) => scripts.create(call, input),
  });
