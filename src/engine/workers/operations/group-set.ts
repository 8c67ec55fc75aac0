// workers.setGroup
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName, workerGroup, type WorkerGroups } from '../groups.ts';

export const setWorkerGroup = (groups: WorkerGroups) =>
  operation({
    name: 'workers.setGroup',
    summary: 'Say which tags the workers of a group serve; running workers follow at once.',
    risk: 'write',
    action: 'workers:write',
    input: z.strictObject({
      name: groupName,
      config: z
        .record(z.string().max(100), z.unknown())
        .describe('{worker_tags: [...]}; without it the workers serve what they can run'),
    }),
    output: workerGroup,
    run: (call, { name, config }) => groups.set(call, name, config),
  });
