// resourceTypes.exists
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { typeName } from '../../resources/index.ts';
import type { ResourceTypes } from '../resource-types.ts';

export const resourceTypeExists = (types: ResourceTypes) =>
  operation({
    name: 'resourceTypes.exists',
    summary: 'Tell whether there is a resource type of a name.',
    risk: 'read',
    action: 'resources:read',
    input: z.strictObject({ name: typeName }),
    output: z.boolean(),
    run: (call, { name }) => types.exists(call, name),
  });
