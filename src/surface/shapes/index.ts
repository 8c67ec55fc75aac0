export { flowInput, type FlowOutput, flowShape, flowVersionShape } from './flow.ts';
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
  type OwnWorkspacesOutput,
  ownWorkspacesShape,
  type TokenOutput,
  tokenShape,
  type UserOutput,
  userShape,
  type WorkspaceOutput,
  workspaceShape,
} from './people.ts';
export {
  deploymentStatusShape,
  scriptInput,
  type ScriptOutput,
  scriptShape,
  type ScriptVersionOutput,
  scriptVersionShape,
} from './script.ts';
export type { Wire } from './wire.ts';
export { queueStatusShape, type WorkerOutput, workerShape } from './worker.ts';
