export { createAccounts } from './accounts.ts';
export { createWorkspaceEnvironment, type WorkspaceEnvironment } from './environment.ts';
export { createFetchedSecrets, type FetchedSecrets } from './fetched.ts';
export { createMasterKey } from './master-key.ts';
export { accountOperations, variableOperations } from './operations/index.ts';
export { createRunValues, type RunValues } from './run-values.ts';
export { grants, itemDescription, itemLabels } from './variable.ts';
export {
  assertMayMove,
  createVariables,
  maySeeValues,
  taken,
  type Variables,
} from './variables.ts';
export { createVault } from './vault.ts';
export { seal, unseal } from './seal.ts';
