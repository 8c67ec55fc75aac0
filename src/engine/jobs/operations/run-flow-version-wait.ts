// jobs.runFlowVersionWait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byVersion, outcome, runFields, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runFlowVersionAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.runFlowVersionWait',
    summary: 'Run one version of a flow and wait for its result.',
    risk: 'write',
    action: 'jobs:run',
    input: z.strictObject({ ...byVersion, ...runFields, waitMs: waitField }),
    output: outcome,
    run: (call, { version, ...options }) => jobs.runFlowVersionWait(call, version, options),
  });
