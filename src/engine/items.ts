// Puts variables, resources and their types together: what jobs are given and nothing runs.
import type { Clock, Config } from '../base/index.ts';
import type { Egress } from '../egress/index.ts';
import type { AnyOperation } from '../operation/index.ts';
import type { Database } from '../store/index.ts';
import { createResourceTypes, resourceTypeOperations } from './resource-types/index.ts';
import { createResources, resourceOperations } from './resources/index.ts';
import {
  accountOperations,
  createAccounts,
  createFetchedSecrets,
  createMasterKey,
  createRunValues,
  createVariables,
  createVault,
  createWorkspaceEnvironment,
  variableOperations,
} from './variables/index.ts';

export interface ItemsDeps {
  db: Database;
  clock: Clock;
  config: Pick<Config, 'dataFolder' | 'masterKey'>;
  egress: Pick<Egress, 'fetch'>;
  origin: () => string;
  /** False when the job does not run in this process. */
  learn: (jobId: string, secret: string) => boolean;
  onChanged: (workspace: string) => void;
  versionOf: (workspace: string) => string;
}

export type Items = ReturnType<typeof createItems>;

export function createItems(deps: ItemsDeps) {
  const { db, clock, config, origin, onChanged, versionOf } = deps;
  const masterKey = createMasterKey({ dataFolder: config.dataFolder, given: config.masterKey });
  const vault = createVault({ db, clock, masterKey });
  const fetched = createFetchedSecrets({ db, derive: vault.derive });
  const learn = async (jobId: string, secret: string): Promise<void> => {
    if (!deps.learn(jobId, secret)) await fetched.keep(jobId, secret);
  };
  const accounts = createAccounts({ db, clock, vault, egress: deps.egress });
  const variables = createVariables({ db, clock, vault, accounts, learn });
  const runValues = createRunValues(vault);
  const resources = createResources({ db, clock, variables, runValues, learn, onChanged });
  const types = createResourceTypes({ db, clock, onChanged });
  const environment = createWorkspaceEnvironment({ db, onChanged, versionOf });
  const operations: AnyOperation[] = [
    ...variableOperations(variables, environment, origin),
    ...accountOperations(accounts),
    ...resourceOperations(resources),
    ...resourceTypeOperations(types),
  ];
  return {
    variables,
    resources,
    runValues,
    fetched,
    types,
    environment,
    operations,
    checkMasterKey: vault.check,
    deriveKey: vault.derive,
  };
}
