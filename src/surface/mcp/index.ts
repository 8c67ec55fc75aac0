export { conformanceAddress, createConformance, fixtureCaller } from './conformance/index.ts';
export { createMcp, type Mcp, type McpDeps } from './mcp.ts';
export { mcpRoutes, type McpRouteOptions } from './routes.ts';
