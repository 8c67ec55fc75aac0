// jobs.runWait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byPath, outcome, runFields, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runScriptAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.runWait',
    summary: 'Run a deployed script and wait for its result.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'scripts', path }),
    input: z.strictObject({ ...byPath, ...runFields, waitMs: waitField }),
    output: outcome,
    run: (call, { path, ...options }) => jobs.runWait(call, path, options),
  });
