export { createApps } from './apps.ts';
export { appOperations } from './operations/index.ts';
