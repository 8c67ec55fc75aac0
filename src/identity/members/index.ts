export { createMembers, dropGrantsOf, insertMember } from './members.ts';
export { memberOperations } from './operations/index.ts';
