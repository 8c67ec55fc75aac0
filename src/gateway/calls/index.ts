export { type Calls, createCalls } from './calls.ts';
export { capStage } from './cap.ts';
export { classStage, mayCall } from './classes.ts';
export { confirmStage, type Consent } from './confirm.ts';
export { callOperations } from './operations/index.ts';
export type { Flight, ServiceResult, Stage } from './flight.ts';
export { hookStage, type Invoke } from './hook-stage.ts';
export { createSend } from './send.ts';
export { renewStage } from './renew.ts';
