// The list of operations on stored files: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { ReadResource, Storage } from '../storage.ts';
import { bucketSettings } from './bucket-settings.ts';
import { deleteFile } from './delete.ts';
import { finishUpload } from './finish-upload.ts';
import { getFile } from './get.ts';
import { listFiles } from './list.ts';
import { moveFile } from './move.ts';
import { openLink } from './open.ts';
import { previewFile } from './preview.ts';

import { signFiles } from './sign.ts';
import { startUpload } from './start-upload.ts';
import { writeFile } from './write.ts';

export const storageOperations = (storage: Storage, readResource: ReadResource): AnyOperation[] => [
  listFiles(storage),
  getFile(storage),
  previewFile(storage),
  writeFile(storage),
  startUpload(storage),
  finishUpload(storage),
  moveFile(storage),
  deleteFile(storage),
  signFiles(storage),
  openLink(storage),
  bucketSettings(readResource),
];
