// resourceTypes.create
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { newResourceType } from '../resource-type.ts';
import type { ResourceTypes } from '../resource-types.ts';

export const createResourceType = (types: ResourceTypes) =>
  operation({
    name: 'resourceTypes.create',
    summary: 'Create a resource type.',
    risk: 'write',
    action: 'resources:write',
    input: newResourceType,
    output: z.object({ name: z.string() }),
    run: (call, input) => types.create(call, input),
  });
