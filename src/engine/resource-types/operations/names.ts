// resourceTypes.names
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import type { ResourceTypes } from '../resource-types.ts';

export const resourceTypeNames = (types: ResourceTypes) =>
  operation({
    name: 'resourceTypes.names',
    summary: 'List the names of the resource types.',
    risk: 'read',
    action: 'resources:read',
    input: z.strictObject({}),
    output: z.array(z.string()),
    run: (call) => types.names(call),
  });
