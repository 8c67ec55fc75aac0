export { createInvites } from './invites.ts';
export { inviteOperations } from './operations/index.ts';
