// Tools about the server itself: the workers, and what they log.
import { type WorkerOutput, workerShape } from '../../shapes/index.ts';
import type { Endpoint } from './endpoint.ts';
import * as field from './fields.ts';

interface LineOutput {
  at: number;
  level: string;
  message: string;
  worker: string;
  mode: string;
  fields: Record<string, unknown>;
}

export const instanceEndpoints: readonly Endpoint[] = [
  {
    name: 'listWorkers',
    title: 'List workers',
    description: 'Lists the processes that run jobs, for finding out why a job waits.',
    method: 'GET',
    route: '/workers/list',
    effect: 'reads',
    operation: 'workers.list',
    arguments: {
      ...field.paging,
      ping_since: {
        in: 'query',
        schema: { type: 'number', minimum: 1, description: 'Heard of in so many seconds; 300.' },
      },
    },
    shape: (workers: WorkerOutput[]) => workers.map(workerShape),
  },
  {
    name: 'listWorkerLogs',
    title: 'Read what workers log',
    description:
      'Reads what servers and workers logged, newest line first: for finding out what is wrong ' +
      'with the server itself. What a script printed is in getJobLogs.',
    method: 'GET',
    route: '/service_logs/lines',
    effect: 'reads',
    operation: 'workers.logs',
    arguments: {
      worker: field.text('query', 'Only of this process, as listWorkers names it.'),
      level: field.choice(
        'query',
        ['debug', 'info', 'warn', 'error'],
        'The least that is shown; debug.',
      ),
      contains: field.text('query', 'Only lines that hold this text.'),
      after: field.moment('query', 'Only lines after this time.'),
      before: field.moment('query', 'Only lines before this time: the last one, to read on.'),
      limit: {
        in: 'query',
        schema: { type: 'number', minimum: 1, maximum: 1000, description: 'Lines; 100.' },
      },
    },
    shape: (lines: readonly LineOutput[]) =>
      lines.map(({ at, level, message, worker, mode, fields }) => ({
        at: new Date(at).toISOString(),
        level,
        message,
        worker,
        mode,
        ...(Object.keys(fields).length > 0 && { fields }),
      })),
  },
];
