// resourceTypes.list
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { resourceType } from '../resource-type.ts';
import type { ResourceTypes } from '../resource-types.ts';

export const listResourceTypes = (types: ResourceTypes) =>
  operation({
    name: 'resourceTypes.list',
    summary: 'List the resource types with their schemas.',
    risk: 'read',
    action: 'resources:read',
    tool: 'listResourceType',
    input: z.strictObject({}),
    output: z.array(resourceType),
    run: (call) => types.list(call),
  });
