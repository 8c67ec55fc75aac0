export { clientFiles } from './clients/index.ts';
export { createDocumentation, documentationOperations } from './documentation/index.ts';
export {
  type DeclaredServices,
  openFlowSchema,
  readServices,
  type ServiceClass,
  serviceClasses,
  servicesOf,
} from './flows/index.ts';
export { seal, unseal } from './variables/index.ts';
export { createEngine, type Engine, type RunnableList } from './engine.ts';
export type { MarkFlow } from './flows/index.ts';
export { type Builder, createBuilder } from './languages/index.ts';
export type { OfferedResources } from './offered.ts';
export { connectPostgres, type PostgresSettings, postgresTypes } from './queries/index.ts';
export { createRunners, type Runners } from './runners/index.ts';
export type { FileBytes } from './storage/index.ts';
export { openSandbox, type Sandbox } from './sandbox/index.ts';
export { holdsReference } from './resources/index.ts';
export { readLiveCron } from './schedules/index.ts';
export type { Routes } from './http-triggers/index.ts';
export { languages, type RunnableTool } from './scripts/index.ts';
