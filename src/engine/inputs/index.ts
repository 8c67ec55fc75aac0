export { createInputs } from './inputs.ts';
export { inputOperations } from './operations/index.ts';
