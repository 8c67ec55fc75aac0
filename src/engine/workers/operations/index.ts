// The list of worker operations: what is not named here does not exist.
import type { Clock } from '../../../base/index.ts';
import type { AnyOperation } from '../../../operation/index.ts';
import type { Database } from '../../../store/index.ts';
import type { WorkerGroups } from '../groups.ts';
import { customTags } from './custom-tags.ts';
import { defaultTags } from './default-tags.ts';
import { getWorkerGroup } from './group-get.ts';
import { listWorkerGroups } from './group-list.ts';
import { removeWorkerGroup } from './group-remove.ts';
import { setWorkerGroup } from './group-set.ts';
import { listWorkers } from './list.ts';
import { getLogFile } from './log-file.ts';
import { listLogFiles } from './log-files.ts';
import { listWorkerLogs } from './logs.ts';
import { queueMetrics } from './queue-metrics.ts';
import { listQueues } from './queues.ts';
import { servedTags } from './served-tags.ts';

export interface WorkerOperationsDeps {
  db: Database;
  clock: Clock;
  groups: WorkerGroups;
  /** What a worker of this process serves when nobody says which tags. */
  ownTags: () => readonly string[];
  /** Stores what this process logged until now. */
  flushLog: () => Promise<void>;
}

export const workerOperations = (deps: WorkerOperationsDeps): AnyOperation[] => [
  listWorkers(deps),
  listWorkerLogs(deps),
  listLogFiles(deps),
  getLogFile(deps),
  listQueues(deps),
  queueMetrics(deps),
  servedTags(deps),
  customTags(deps),
  defaultTags(deps),
  listWorkerGroups(deps.groups),
  getWorkerGroup(deps.groups),
  setWorkerGroup(deps.groups),
  removeWorkerGroup(deps.groups),
];
