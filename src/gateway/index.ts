export { createGateway, type Gateway } from './gateway.ts';
export type { ServiceTool } from './tools.ts';
