// The list of worker operations: what is not named here does not exist.
import type { Clock } from '../../../base/index.ts';
import type { AnyOperation } from '../../../operation/index.ts';
import type { Database } from '../../../store/index.ts';
import { listWorkers } from './list.ts';

export const workerOperations = (deps: { db: Database; clock: Clock }): AnyOperation[] => [
  listWorkers(deps),
];
