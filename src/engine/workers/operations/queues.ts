// workers.queues
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { heardSince } from '../heard-of.ts';
import { selectQueues } from '../workers.sql.ts';
import type { WorkerOperationsDeps } from './index.ts';

const queue = z.object({
  tag: z.string(),
  waiting: z.number().describe('due jobs that no worker has taken'),
  scheduled: z.number().describe('jobs that are due later'),
  running: z.number(),
  waitedSecs: z.number().nullable().describe('how long the first of the waiting ones is due'),
  workers: z.number().describe('living workers that serve the tag'),
});

export const listQueues = ({ db, clock }: Pick<WorkerOperationsDeps, 'db' | 'clock'>) =>
  operation({
    name: 'workers.queues',
    summary: 'Count waiting and running jobs by tag, and the workers that serve each.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({}),
    output: z.array(queue),
    run: () => db.rows(selectQueues, [clock.now(), heardSince(clock.now())]),
  });
