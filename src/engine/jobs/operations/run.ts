// jobs.run
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byPath, jobId, runFields } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runScript = (jobs: Jobs) =>
  operation({
    name: 'jobs.run',
    summary: 'Start a deployed script and answer its job id at once.',
    risk: 'write',
    action: 'jobs:run',
    tool: 'runScriptByPath',
    on: ({ path }) => ({ kind: 'scripts', path }),
    input: z.strictObject({ ...byPath, ...runFields }),
    output: z.object({ id: jobId }),
    run: (call, { path, ...options }) => jobs.run(call, path, options),
  });
