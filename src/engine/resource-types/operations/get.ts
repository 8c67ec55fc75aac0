// resourceTypes.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { typeName } from '../../resources/index.ts';
import { resourceType } from '../resource-type.ts';
import type { ResourceTypes } from '../resource-types.ts';

export const getResourceType = (types: ResourceTypes) =>
  operation({
    name: 'resourceTypes.get',
    summary: 'Read a resource type with its schema.',
    risk: 'read',
    action: 'resources:read',
    input: z.strictObject({ name: typeName }),
    output: resourceType,
    run: (call, { name }) => types.get(call, name),
  });
