// jobs.lockScript
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, lockFields } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const lockScript = (jobs: Jobs) =>
  operation({
    name: 'jobs.lockScript',
    summary: 'Resolve the imports of code that is not deployed; the job’s result has the lock.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'previews', path }),
    input: z.strictObject(lockFields),
    output: z.object({ id: jobId }),
    run: (call, source) => jobs.lockScript(call, source),
  });
