export { openFlowSchema } from './flows/index.ts';
export { createEngine, type Engine, type OfferedResources, type RunnableList } from './engine.ts';
export type { MarkFlow } from './flows/index.ts';
export { type Builder, createBuilder } from './languages/index.ts';
export { createRunners, type Runners } from './runners/index.ts';
export { openSandbox, type Sandbox } from './sandbox/index.ts';
export { holdsReference } from './resources/index.ts';
export type { Routes } from './http-triggers/index.ts';
export { languages, type RunnableTool } from './scripts/index.ts';
