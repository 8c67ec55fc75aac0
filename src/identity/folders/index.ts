export { createFolders, type HoldsItems, insertFolder } from './folders.ts';
export { folderOperations } from './operations/index.ts';
