// scripts.describeVersion
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath, scriptHash } from '../script.ts';
import type { Scripts } from '../scripts.ts';

export const describeVersion = (scripts: Scripts) =>
  operation({
    name: 'scripts.describeVersion',
    summary: 'Change what a version says of its deployment, as the history shows it.',
    risk: 'write',
    action: 'scripts:write',
    on: ({ path }) => path,
    input: z.strictObject({
      path: itemPath,
      hash: scriptHash,
      message: z.string().max(10_000).describe('what the deployment was for'),
    }),
    output: z.object({ hash: scriptHash }),
    run: (call, input) => scripts.describeVersion(call, input),
  });
