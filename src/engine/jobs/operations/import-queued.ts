// jobs.importQueued
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';
import { exportedJobs } from '../transfer.ts';

export const importQueuedJobs = (jobs: Jobs) =>
  operation({
    name: 'jobs.importQueued',
    summary: 'Start scripts and flows that waited elsewhere, as the caller; answers their ids.',
    risk: 'write',
    action: 'jobs:run',
    input: z.strictObject({ jobs: exportedJobs }),
    output: z.array(z.string()),
    run: (call, { jobs: given }) => jobs.importQueued(call, given),
  });
