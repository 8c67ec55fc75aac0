// jobs.queuePosition
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';

export const queuePosition = (jobs: Jobs) =>
  operation({
    name: 'jobs.queuePosition',
    summary: 'Tell how many waiting jobs come before a time.',
    risk: 'read',
    action: 'jobs:read',
    input: z.strictObject({ scheduledForMs: z.int().min(0).describe('epoch milliseconds') }),
    output: z.object({ position: z.number().describe('1 is next') }),
    run: (call, { scheduledForMs }) => jobs.queuePosition(call, scheduledForMs),
  });
