// `/api/workers/*`, and the groups that workers name.
import { workerShape } from '../shapes/index.ts';
import { paging, present, wholeList } from './fields.ts';
import { get, json, jsonRows, type Row } from './table.ts';

/** Groups have no settings of their own here; they exist while a worker names them. */
function groupsOf(workers: readonly { workerGroup: string }[]): unknown {
  const names = new Set(workers.map(({ workerGroup }) => workerGroup));
  return [...names].toSorted().map((name) => ({ name, config: {} }));
}

export const workerRows: readonly Row[] = [
  get({
    path: 'workers/list',
    operation: 'workers.list',
    input: (request) => ({
      ...paging(request),
      ...present({ pingSince: request.query.whole('ping_since') }),
    }),
    answer: jsonRows(workerShape),
  }),
  get({
    path: 'configs/list_worker_groups',
    operation: 'workers.list',
    input: () => wholeList,
    answer: json(groupsOf),
  }),
];
