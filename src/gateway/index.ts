export type { Exported, ExportWanted } from './audit/index.ts';
export { createNameIndex, createPii, loadScanner, piiTypes } from './pii/index.ts';
export { assertionAlgorithms } from './delegation/index.ts';
export { createGateway, type Gateway } from './gateway.ts';
export type { ServiceTool } from './tools.ts';
