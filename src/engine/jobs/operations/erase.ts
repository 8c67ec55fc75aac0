// jobs.erase
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { job, jobId } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const eraseJob = (jobs: Jobs) =>
  operation({
    name: 'jobs.erase',
    summary: 'Erase the arguments, result and logs of a job that is over, and keep that it ran.',
    risk: 'high_risk',
    action: 'jobs:write',
    on: ({ id }) => id,
    input: z.strictObject({ id: jobId }),
    output: job,
    async run(call, { id }) {
      await jobs.erase(call, id);
      return jobs.get(call, id, { noLogs: true, noCode: true });
    },
  });
