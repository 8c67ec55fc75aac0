// jobs.runFlowWait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byPath, outcome, runFields, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runFlowAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.runFlowWait',
    summary: 'Run a deployed flow and wait for its result.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'flows', path }),
    input: z.strictObject({ ...byPath, ...runFields, waitMs: waitField }),
    output: outcome,
    run: (call, { path, ...options }) => jobs.runFlowWait(call, path, options),
  });
