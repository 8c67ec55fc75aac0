// jobs.args
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, jsonPath } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobArguments = (jobs: Jobs) =>
  operation({
    name: 'jobs.args',
    summary: 'Read the arguments of a job.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId, jsonPath }),
    output: z.unknown(),
    run: async (call, input) => (await jobs.value(call, { of: 'args', ...input })) ?? {},
  });
