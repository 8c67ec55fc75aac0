// jobs.args
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobArguments = (jobs: Jobs) =>
  operation({
    name: 'jobs.args',
    summary: 'Read the arguments of a job.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: z.record(z.string(), z.unknown()),
    run: async (call, { id }) =>
      (await jobs.get(call, id, { noLogs: true, noCode: true })).args ?? {},
  });
