export { type Calls, createCalls } from './calls.ts';
export { classStage, mayCall } from './classes.ts';
export { callOperations } from './operations/index.ts';
export { createSend } from './send.ts';
