export type { WorkflowSteps } from './port.ts';
export { createWorkflows, type Workflows } from './workflows.ts';
export { workflowOperations } from './operations/index.ts';
