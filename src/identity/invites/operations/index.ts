// The list of operations of invitations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Invites } from '../invites.ts';
import { acceptInvite } from './accept.ts';
import { createInvite } from './create.ts';
import { declineInvite } from './decline.ts';
import { listInvites } from './list.ts';
import { myInvites } from './mine.ts';
import { removeInvite } from './remove.ts';

export const inviteOperations = (invites: Invites): AnyOperation[] => [
  createInvite(invites),
  listInvites(invites),
  removeInvite(invites),
  myInvites(invites),
  acceptInvite(invites),
  declineInvite(invites),
];
