// jobs.lockScriptWait
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { lockFields, outcome, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const lockScriptAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.lockScriptWait',
    summary: 'Resolve the imports of code that is not deployed and wait for the lock.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ path }) => ({ kind: 'previews', path }),
    input: z.strictObject({ ...lockFields, waitMs: waitField }),
    output: outcome,
    run: (call, source) => jobs.lockScriptWait(call, source),
  });
