export { createHttpTriggerEngine } from './engine.ts';
export { httpTriggerOperations } from './operations/index.ts';
export type { Routes } from './routes.ts';
