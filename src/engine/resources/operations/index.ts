// The list of resource operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Resources } from '../resources.ts';
import { createResource } from './create.ts';
import { deleteResource } from './delete.ts';
import { resourceExists } from './exists.ts';
import { getResourceValueInterpolated } from './get-value-interpolated.ts';
import { getResourceValue } from './get-value.ts';
import { getResource } from './get.ts';
import { listResources } from './list.ts';
import { updateResourceValue } from './update-value.ts';
import { updateResource } from './update.ts';

export const resourceOperations = (resources: Resources): AnyOperation[] => [
  createResource(resources),
  updateResource(resources),
  updateResourceValue(resources),
  deleteResource(resources),
  getResource(resources),
  getResourceValue(resources),
  getResourceValueInterpolated(resources),
  resourceExists(resources),
  listResources(resources),
];
