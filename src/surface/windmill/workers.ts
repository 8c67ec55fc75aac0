// `/api/workers/*`.
import { workerShape } from '../shapes/index.ts';
import { paging, present } from './fields.ts';
import { get, jsonRows, type Row } from './table.ts';

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
];
