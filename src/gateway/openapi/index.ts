export { createOpenApi, type OpenApi } from './openapi.ts';
export { openApiOperations } from './operations/index.ts';
