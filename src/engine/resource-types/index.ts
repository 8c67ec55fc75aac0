export { resourceTypeOperations } from './operations/index.ts';
export { createResourceTypes } from './resource-types.ts';
