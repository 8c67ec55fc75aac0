// resourceTypes.update
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { resourceTypeChange } from '../resource-type.ts';
import type { ResourceTypes } from '../resource-types.ts';

export const updateResourceType = (types: ResourceTypes) =>
  operation({
    name: 'resourceTypes.update',
    summary: 'Change a resource type; what is left out stays.',
    risk: 'write',
    action: 'resources:write',
    input: resourceTypeChange,
    output: z.object({ name: z.string() }),
    run: (call, input) => types.update(call, input),
  });
