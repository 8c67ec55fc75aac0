// The list of resource type operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { ResourceTypes } from '../resource-types.ts';
import { createResourceType } from './create.ts';
import { deleteResourceType } from './delete.ts';
import { resourceTypeExists } from './exists.ts';
import { getResourceType } from './get.ts';
import { listResourceTypes } from './list.ts';
import { resourceTypeNames } from './names.ts';
import { updateResourceType } from './update.ts';

export const resourceTypeOperations = (types: ResourceTypes): AnyOperation[] => [
  createResourceType(types),
  updateResourceType(types),
  deleteResourceType(types),
  getResourceType(types),
  resourceTypeExists(types),
  resourceTypeNames(types),
  listResourceTypes(types),
];
