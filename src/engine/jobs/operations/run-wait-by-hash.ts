// jobs.runWaitByHash
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { byHash, outcome, runFields, waitField } from '../job.ts';
import type { Jobs } from '../jobs.ts';

export const runScriptByHashAndWait = (jobs: Jobs) =>
  operation({
    name: 'jobs.runWaitByHash',
    summary: 'Run one version of a script and wait for its result.',
    risk: 'write',
    action: 'jobs:run',
    on: ({ hash }) => ({ kind: 'versions', path: hash }),
    input: z.strictObject({ ...byHash, ...runFields, waitMs: waitField }),
    output: outcome,
    run: (call, { hash, ...options }) => jobs.runWaitByHash(call, hash, options),
  });
