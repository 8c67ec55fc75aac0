// scripts.differing
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { localScripts } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const differingScripts = (scripts: Scripts) =>
  operation({
    name: 'scripts.differing',
    summary: 'Tell which scripts are not deployed with exactly this content.',
    risk: 'read',
    action: 'scripts:read',
    input: z.strictObject({ scripts: localScripts }),
    output: z.array(z.string()),
    run: (call, { scripts: asked }) => scripts.differing(call, asked),
  });
