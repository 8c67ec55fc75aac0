export { trashOperations } from './operations/index.ts';
export { createTrash, type Trash } from './trash.ts';
export { deleteKept } from './trash.sql.ts';
