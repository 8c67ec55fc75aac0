// jobs.flowResults
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import { placedFields } from './flow-logs.ts';

export const flowResults = (jobs: Jobs) =>
  operation({
    name: 'jobs.flowResults',
    summary: 'Tell how a flow run and all of its steps stand, with the beginning of each result.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      step: z.string().min(1).max(100).optional().describe('only the runs of this step'),
      maxResultLength: z.int().min(0).max(100_000).default(2000).describe('characters of each'),
    }),
    output: z.object({
      entries: z.array(
        z.object({
          ...placedFields,
          status: z.string(),
          success: z.boolean().nullable(),
          startedAt: z.number().nullable(),
          durationMs: z.number().nullable(),
          resultPrefix: z.string().nullable(),
          resultLength: z.number().nullable(),
        }),
      ),
      truncated: z.boolean().describe('the run has more jobs than are shown'),
      scopeFiltered: z.boolean().describe('some steps are not yours to see'),
    }),
    run: (call, { id, step, maxResultLength }) =>
      jobs.flowResults(call, { id, maxResultLength, ...(step === undefined ? {} : { step }) }),
  });
