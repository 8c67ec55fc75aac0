export { workspaceOperations } from './operations/index.ts';
export { createWorkspaces, type HandlersOf, insertWorkspace } from './workspaces.ts';
