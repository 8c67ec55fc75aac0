// resources.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { resourceChange } from '../resource.ts';
import type { Resources } from '../resources.ts';

export const updateResource = (resources: Resources) =>
  operation({
    name: 'resources.update',
    summary: 'Change a resource, or move it; what is left out stays.',
    risk: 'write',
    action: 'resources:write',
    tool: 'updateResource',
    on: ({ path }) => path,
    input: resourceChange,
    output: z.object({ path: z.string() }),
    run: (call, input) => resources.update(call, input),
  });
