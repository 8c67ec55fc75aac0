export {
  flowInput,
  type FlowOutput,
  flowShape,
  type FlowVersionOutput,
  flowVersionShape,
} from './flow.ts';
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
  type ResultMaybeOutput,
  resultMaybeShape,
} from './job.ts';
export {
  type FolderOutput,
  folderShape,
  type GlobalUserOutput,
  globalUserShape,
  type GroupOutput,
  groupShape,
  type InstanceUserOutput,
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
  type DeploymentStatusOutput,
  deploymentStatusShape,
  scriptInput,
  type ScriptOutput,
  scriptShape,
  type ScriptVersionOutput,
  scriptVersionShape,
} from './script.ts';
export type { Wire } from './wire.ts';
export { type WorkerOutput, workerShape } from './worker.ts';
