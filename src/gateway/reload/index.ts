export { reloadOperations } from './operations/index.ts';
export { createReload } from './reload.ts';
