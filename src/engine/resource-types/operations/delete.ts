// resourceTypes.delete
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { typeName } from '../../resources/index.ts';
import type { ResourceTypes } from '../resource-types.ts';

export const deleteResourceType = (types: ResourceTypes) =>
  operation({
    name: 'resourceTypes.delete',
    summary: 'Delete a resource type; resources of it stay.',
    risk: 'high_risk',
    action: 'resources:write',
    input: z.strictObject({ name: typeName }),
    output: z.object({ name: z.string() }),
    run: (call, { name }) => types.delete(call, name),
  });
