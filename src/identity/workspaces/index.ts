export { workspaceOperations } from './operations/index.ts';
export {
  createWorkspaces,
  type HandlersOf,
  insertWorkspace,
  type OwnWorkspace,
  type WebhookOf,
} from './workspaces.ts';
