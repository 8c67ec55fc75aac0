// The list of the door's own operations: what is not named here does not exist.
import type { Clock } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { AnyOperation } from '../operation.ts';
import { getAudit } from './get-audit.ts';
import { listAudit } from './list-audit.ts';

export const auditOperations = (deps: { db: Database; clock: Clock }): AnyOperation[] => [
  listAudit(deps),
  getAudit(deps.db),
];
