export { appShapes } from './app.ts';
export { type FlowOutput, flowShapes } from './flow.ts';
export {
  contextualShape,
  type ResourceOutput,
  resourceShape,
  type ResourceTypeOutput,
  resourceTypeShape,
  type VariableOutput,
  variableShape,
} from './item.ts';
export {
  type JobOutput,
  jobRowShape,
  jobShape,
  jobTimingShape,
  type JobUpdateOutput,
  jobUpdateShape,
  resultMaybeShape,
} from './job.ts';
export {
  folderShape,
  type GlobalUserOutput,
  globalUserShape,
  groupShape,
  instanceUserShape,
  ownWorkspacesShape,
  tokenShape,
  type UserOutput,
  userShape,
  workspaceShape,
} from './people.ts';
export { scheduleShape } from './schedule.ts';
export {
  deploymentStatusShape,
  scriptInput,
  type ScriptOutput,
  scriptShape,
  scriptVersionShape,
} from './script.ts';
export { processShapes, type WorkerOutput, workerShape } from './worker.ts';
export { type WorkspaceSettingsOutput, workspaceSettingsShape } from './workspace.ts';
export type { Wire } from './wire.ts';
