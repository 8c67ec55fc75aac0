// The list of variable operations: what is not named here does not exist.
import type { AnyOperation } from '../../../operation/index.ts';
import type { Accounts } from '../accounts.ts';
import type { WorkspaceEnvironment } from '../environment.ts';
import type { Variables } from '../variables.ts';
import { createAccount } from './create-account.ts';
import { createVariable } from './create.ts';
import { deleteAccount } from './delete-account.ts';
import { deleteVariable } from './delete.ts';
import { exportWorkspaceKey } from './export-key.ts';
import { variableExists } from './exists.ts';
import { getVariableValue } from './get-value.ts';
import { getVariable } from './get.ts';
import { listAccounts } from './list-accounts.ts';
import { listContextualVariables } from './list-contextual.ts';
import { listVariables } from './list.ts';
import { refreshAccount } from './refresh-account.ts';
import { revealVariable } from './reveal.ts';
import { rotateWorkspaceKey } from './rotate-key.ts';
import { setEnvironmentVariable } from './set-environment.ts';
import { setWorkspaceKey } from './set-key.ts';
import { updateVariable } from './update.ts';

export const variableOperations = (
  variables: Variables,
  environment: WorkspaceEnvironment,
  origin: () => string,
): AnyOperation[] => [
  createVariable(variables),
  updateVariable(variables),
  deleteVariable(variables),
  getVariable(variables),
  getVariableValue(variables),
  revealVariable(variables),
  variableExists(variables),
  listVariables(variables),
  listContextualVariables(origin, environment),
  setEnvironmentVariable(environment),
  rotateWorkspaceKey(variables),
  setWorkspaceKey(variables),
  exportWorkspaceKey(variables),
];

export const accountOperations = (accounts: Accounts): AnyOperation[] => [
  createAccount(accounts),
  listAccounts(accounts),
  refreshAccount(accounts),
  deleteAccount(accounts),
];
