export { type EndpointTool, type Endpoint, endpointTool } from './endpoint.ts';
export { endpoints } from './endpoints.ts';
export { searchTools } from './search.ts';
export { runnableTool } from './runnables.ts';
export { mayOnSome, readable } from './visible.ts';
export { namedServiceTool, serviceTool } from './services.ts';
