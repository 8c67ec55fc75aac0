// The list of member operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Members } from '../members.ts';
import { addMember } from './add.ts';
import { leaveWorkspace } from './leave.ts';
import { removeMember } from './remove.ts';
import { updateMember } from './update.ts';

export const memberOperations = (members: Members): AnyOperation[] => [
  addMember(members),
  updateMember(members),
  removeMember(members),
  leaveWorkspace(members),
];
