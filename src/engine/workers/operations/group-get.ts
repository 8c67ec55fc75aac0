// workers.getGroup
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName, workerGroup, type WorkerGroups } from '../groups.ts';

export const getWorkerGroup = (groups: WorkerGroups) =>
  operation({
    name: 'workers.getGroup',
    summary: 'Read the settings of a worker group.',
    risk: 'read',
    action: 'workers:read',
    input: z.strictObject({ name: groupName }),
    output: workerGroup,
    run: (_call, { name }) => groups.get(name),
  });
