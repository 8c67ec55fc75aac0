// jobs.previewWait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { outcome, previewFields, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const previewScriptAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.previewWait',
    summary: 'Run code that is not deployed and wait for its result.',
    risk: 'write',
    action: 'jobs:run',
    tool: 'runScriptPreviewAndWaitResult',
    on: ({ path }) => ({ kind: 'previews', path: path ?? '*' }),
    input: z.strictObject({ ...previewFields, waitMs: waitField }),
    output: outcome,
    run: (call, input) => jobs.previewWait(call, input),
  });
