// jobs.setUserState
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, stateKey } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const setJobUserState = (jobs: Jobs) =>
  operation({
    name: 'jobs.setUserState',
    summary: 'Keep a value with a job under a key, for the other steps of its flow.',
    risk: 'write',
    action: 'jobs:write',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      key: stateKey,
      value: z.unknown().describe('any JSON; at most 2 MB with the other keys of the job'),
    }),
    output: z.object({ id: jobId, key: z.string() }),
    run: (call, { id, key, value }) => jobs.setUserState(call, { id, key, value }),
  });
