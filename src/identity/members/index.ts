export { createMembers, leaveEverywhere, insertMember } from './members.ts';
export { memberOperations } from './operations/index.ts';
