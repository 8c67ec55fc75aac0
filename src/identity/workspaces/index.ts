export { workspaceOperations } from './operations/index.ts';
export { createWorkspaces, insertWorkspace } from './workspaces.ts';
