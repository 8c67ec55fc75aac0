// workers.listGroups
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { workerGroup, type WorkerGroups } from '../groups.ts';

export const listWorkerGroups = (groups: WorkerGroups) =>
  operation({
    name: 'workers.listGroups',
    summary: 'List the worker groups that have settings or a worker.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({}),
    output: z.array(workerGroup),
    run: () => groups.list(),
  });
