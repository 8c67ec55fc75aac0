export { createMembers, leaveEverywhere, namesOf, insertMember } from './members.ts';
export { memberOperations } from './operations/index.ts';
export { role } from './role.ts';
