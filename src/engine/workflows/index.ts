export type { WorkflowSteps } from './port.ts';
export { createWorkflows, type Workflows, type WorkflowsDeps } from './workflows.ts';
export { createWorkflowWaiting, resumeIdOfKey } from './waiting.ts';
export { workflowOperations } from './operations/index.ts';
