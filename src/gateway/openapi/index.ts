export { createOpenApi } from './openapi.ts';
export { openApiOperations } from './operations/index.ts';
