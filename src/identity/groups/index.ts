export { createGroups, insertBuiltInGroups } from './groups.ts';
export { groupOperations } from './operations/index.ts';
