// jobs.flowLogs
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

/** Where a job stands in the run of a flow. */
export const placedFields = {
  id: jobId,
  label: z.string(),
  kind: z.string(),
  flowStepId: z.string().nullable(),
  stepPath: z.string().nullable().describe('steps that lead to it: a/loop[1]/b'),
  depth: z.number(),
  siblingIndex: z.number().describe('among the runs of the same step, from 0'),
  siblingCount: z.number(),
};

export const flowLogs = (jobs: Jobs) =>
  operation({
    name: 'jobs.flowLogs',
    summary: 'Read what a flow and all of its steps wrote, in order.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: z.object({
      entries: z.array(z.object({ ...placedFields, logs: z.string() })),
      truncated: z.boolean().describe('there is more than is shown'),
    }),
    run: (call, { id }) => jobs.flowLogs(call, id),
  });
