export { storageOperations } from './operations/index.ts';
export { createStoragePruner } from './pruner.ts';
export { fileKey } from './stored-file.ts';
export { createStorage, type FileBytes } from './storage.ts';
