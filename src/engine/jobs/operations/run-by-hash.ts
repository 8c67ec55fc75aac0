// jobs.runByHash
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byHash, jobId, runFields } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runScriptByHash = (jobs: Jobs) =>
  operation({
    name: 'jobs.runByHash',
    summary: 'Start one version of a script and answer its job id at once.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ hash }) => ({ kind: 'versions', path: hash }),
    input: z.strictObject({ ...byHash, ...runFields }),
    output: z.object({ id: jobId }),
    run: (call, { hash, ...options }) => jobs.runByHash(call, hash, options),
  });
