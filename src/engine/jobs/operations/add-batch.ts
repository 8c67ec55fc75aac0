// jobs.addBatch
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { itemPath, language, scriptContent } from '../../scripts/index.ts';
import type { Jobs } from '../jobs.ts';

export const addBatch = (jobs: Jobs) =>
  operation({
    name: 'jobs.addBatch',
    summary: 'Start the same thing many times at once, or so many jobs that do nothing.',
    risk: 'write',
    action: 'jobs:run',
    on({ kind, path, flowValue }) {
      const brings = kind === 'rawscript' || flowValue !== undefined;
      return {
        kind: brings ? 'previews' : kind === 'flow' ? 'flows' : 'scripts',
        path: path ?? '*',
      };
    },
    input: z.strictObject({
      count: z.int().min(1).max(100_000).describe('how many'),
      kind: z.enum(['noop', 'script', 'flow', 'rawscript']).describe('what they run'),
      path: itemPath.optional().describe('of a script or flow'),
      flowValue: z.record(z.string(), z.unknown()).optional().describe('a flow as it comes'),
      rawscript: z
        .strictObject({ content: scriptContent, language })
        .optional()
        .describe('code as it comes'),
      args: z.record(z.string(), z.unknown()).default({}).describe('the same for all'),
      tag: z.string().min(1).max(100).optional().describe('worker tag'),
    }),
    output: z.array(z.string()).describe('their ids'),
    run: (call, wanted) => jobs.addBatch(call, wanted),
  });
