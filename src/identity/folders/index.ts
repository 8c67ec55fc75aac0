export { createFolders, insertFolder } from './folders.ts';
export { folderOperations } from './operations/index.ts';
