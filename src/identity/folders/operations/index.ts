// The list of folder operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Folders } from '../folders.ts';
import { addFolderOwner } from './add-owner.ts';
import { createFolder } from './create.ts';
import { deleteFolder } from './delete.ts';
import { folderExists } from './exists.ts';
import { getFolder } from './get.ts';
import { listFolders } from './list.ts';
import { listFolderNames } from './names.ts';
import { removeFolderOwner } from './remove-owner.ts';
import { shareFolder } from './share.ts';
import { updateFolder } from './update.ts';

export const folderOperations = (folders: Folders): AnyOperation[] => [
  createFolder(folders),
  updateFolder(folders),
  getFolder(folders),
  listFolders(folders),
  listFolderNames(folders),
  folderExists(folders),
  shareFolder(folders),
  deleteFolder(folders),
  addFolderOwner(folders),
  removeFolderOwner(folders),
];
