export { createHandlerEngine } from './engine.ts';
export { handlerOperations } from './operations/index.ts';
