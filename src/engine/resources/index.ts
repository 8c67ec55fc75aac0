export { resourceOperations } from './operations/index.ts';
export { holdsReference, type Resolve } from './resolve.ts';
export { typeName } from './resource.ts';
export { createResources, type ResourceChoice } from './resources.ts';
