// The list of group operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Groups } from '../groups.ts';
import { addGroupUser } from './add-user.ts';
import { createGroup } from './create.ts';
import { deleteGroup } from './delete.ts';
import { getGroup } from './get.ts';
import { listGroups } from './list.ts';
import { listGroupNames } from './names.ts';
import { removeGroupUser } from './remove-user.ts';
import { shareGroup } from './share.ts';
import { updateGroup } from './update.ts';

export const groupOperations = (groups: Groups): AnyOperation[] => [
  createGroup(groups),
  updateGroup(groups),
  getGroup(groups),
  listGroups(groups),
  listGroupNames(groups),
  shareGroup(groups),
  deleteGroup(groups),
  addGroupUser(groups),
  removeGroupUser(groups),
];
