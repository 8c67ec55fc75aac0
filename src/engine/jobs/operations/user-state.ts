// jobs.userState
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, stateKey } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobUserState = (jobs: Jobs) =>
  operation({
    name: 'jobs.userState',
    summary: 'Read a value that was kept with a job.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId, key: stateKey }),
    output: z.unknown(),
    run: (call, wanted) => jobs.userState(call, wanted),
  });
