// jobs.concurrencyGroups
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { Jobs } from '../jobs.ts';

export const concurrencyGroups = (jobs: Jobs) =>
  operation({
    name: 'jobs.concurrencyGroups',
    summary: 'List the concurrency keys of the instance, with what runs and waits of each.',
    risk: 'read',
    action: 'instance:read',
    input: z.strictObject({}),
    output: z.array(z.object({ key: z.string(), running: z.number(), waiting: z.number() })),
    run: () => jobs.concurrencyGroups(),
  });
