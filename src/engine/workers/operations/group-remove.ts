// workers.removeGroup
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { groupName, type WorkerGroups } from '../groups.ts';

export const removeWorkerGroup = (groups: WorkerGroups) =>
  operation({
    name: 'workers.removeGroup',
    summary: 'Remove the settings of a worker group; its workers serve what they can run.',
    risk: 'write',
    action: 'workers:write',
    input: z.strictObject({ name: groupName }),
    output: z.object({ name: z.string() }),
    run: (_call, { name }) => groups.remove(name),
  });
