// jobs.pruneConcurrency
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';

export const pruneConcurrency = (jobs: Jobs) =>
  operation({
    name: 'jobs.pruneConcurrency',
    summary: 'Forget a concurrency key that no job waits or runs under.',
    risk: 'write',
    action: 'instance:write',
    input: z.strictObject({ key: z.string().min(1).max(600).describe('the concurrency key') }),
    output: z.object({ key: z.string() }),
    run: (_call, { key }) => jobs.pruneConcurrency(key),
  });
