// The list of workspace operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Workspaces } from '../workspaces.ts';
import { createWorkspace } from './create.ts';
import { workspaceExists } from './exists.ts';
import { listWorkspaces } from './list.ts';
import { myWorkspaces } from './mine.ts';
import { workspaceSettings } from './settings.ts';
import { updateWorkspace } from './update.ts';

export const workspaceOperations = (workspaces: Workspaces): AnyOperation[] => [
  listWorkspaces(workspaces),
  workspaceExists(workspaces),
  createWorkspace(workspaces),
  myWorkspaces(workspaces),
  workspaceSettings(workspaces),
  updateWorkspace(workspaces),
];
