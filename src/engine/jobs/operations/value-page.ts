// jobs.valuePage
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId, jsonPath } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const jobValuePage = (jobs: Jobs) =>
  operation({
    name: 'jobs.valuePage',
    summary: 'Read a long result, or long arguments, page by page, as JSON text.',
    risk: 'read',
    action: 'jobs:read',
    on: ({ id }) => id,
    input: z.strictObject({
      id: jobId,
      of: z.enum(['result', 'args']).default('result').describe('which value of the job'),
      jsonPath,
      offset: z
        .int()
        .min(0)
        .max(2_000_000_000)
        .default(0)
        .describe('bytes of the text to leave out'),
      limit: z.int().min(4).max(4_000_000).default(1_000_000).describe('bytes of a page'),
    }),
    output: z.object({
      text: z.string().describe('the pages one after the other are the JSON text'),
      nextOffset: z.number().nullable().describe('offset of the next page; null: there is none'),
      totalBytes: z.number(),
    }),
    run: (call, input) => jobs.valuePage(call, input),
  });
