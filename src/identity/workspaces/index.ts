export { workspaceOperations } from './operations/index.ts';
export {
  createWorkspaces,
  type HandlersOf,
  insertWorkspace,
  type OwnWorkspace,
} from './workspaces.ts';
