export { createDocumentation } from './documentation.ts';
export { documentationOperations } from './operations/index.ts';
