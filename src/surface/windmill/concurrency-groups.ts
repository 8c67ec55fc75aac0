// `/api/concurrency_groups/*`: the keys of limits, for who runs the instance.
import { get, json, jsonRows, remove, type Row } from './table.ts';

interface Group {
  key: string;
  running: number;
}

export const concurrencyRows: readonly Row[] = [
  get({
    path: 'concurrency_groups/list',
    operation: 'jobs.concurrencyGroups',
    input: () => ({}),
    answer: jsonRows(({ key, running }: Group) => ({
      concurrency_key: key,
      total_running: running,
    })),
  }),
  get({
    path: 'concurrency_groups/:id/key',
    operation: 'jobs.concurrencyKey',
    input: (request) => ({ id: request.param('id') }),
    answer: json(({ key }: Group) => key),
  }),
  remove({
    // A key holds slashes.
    path: 'concurrency_groups/prune/*',
    operation: 'jobs.pruneConcurrency',
    input: (request) => ({ key: request.path() }),
    answer: json(() => ({})),
  }),
];
