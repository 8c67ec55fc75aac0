// jobs.standing
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';
import { standing } from '../standing.ts';

export const jobStanding = (jobs: Jobs) =>
  operation({
    name: 'jobs.standing',
    summary: 'Tell where a job stands in the queue and why it waits.',
    risk: 'read',
    action: 'jobs:read',
    tool: 'getQueuePosition',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: standing,
    run: (call, { id }) => jobs.standing(call, id),
  });
