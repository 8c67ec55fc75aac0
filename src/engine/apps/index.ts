export { type AppEngineDeps, createAppEngine } from './engine.ts';
export { appOperations } from './operations/index.ts';
