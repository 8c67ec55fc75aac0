// The list of operations of the trash: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Trash } from '../trash.ts';
import { deleteTrashed } from './delete.ts';
import { emptyTrash } from './empty.ts';
import { getTrashed } from './get.ts';
import { listTrash } from './list.ts';
import { restoreTrashed } from './restore.ts';

export const trashOperations = (trash: Trash): AnyOperation[] => [
  deleteTrashed(trash),
  emptyTrash(trash),
  getTrashed(trash),
  listTrash(trash),
  restoreTrashed(trash),
];
