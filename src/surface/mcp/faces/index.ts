export { type EndpointTool, type Endpoint, endpointTool } from './endpoint.ts';
export { endpoints } from './endpoints.ts';
export { runnableTool } from './runnables.ts';
export { mayOnSome, readable } from './visible.ts';
