// `/api/workers/*` and `/api/configs/*`: workers, what they serve, what waits for them, and the
// groups that they belong to.
import { AppError } from '../../base/index.ts';
import { processShapes, workerShape } from '../shapes/index.ts';
import { paging, present } from './fields.ts';
import { get, json, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

interface Queue {
  tag: string;
  waiting: number;
  running: number;
}

const nothing = (): Record<string, unknown> => ({});

const countsBy = (field: 'waiting' | 'running') =>
  json((queues: readonly Queue[]) =>
    Object.fromEntries(
      queues.filter((queue) => queue[field] > 0).map((queue) => [queue.tag, queue[field]]),
    ),
  );

interface Group {
  name: string;
  config: unknown;
}

/** Windmill keeps the settings of a group among others, under this prefix. */
const groupPrefix = 'worker__';

function groupNameOf(request: WireRequest): string {
  const name = request.param('name');
  if (name.startsWith(groupPrefix)) return name.slice(groupPrefix.length);
  throw new AppError('not_found', `There is no configuration ${name}.`, {
    hint: `Only worker groups have one: ${groupPrefix}<name of the group>.`,
  });
}

const configRows: readonly Row[] = [
  get({
    path: 'configs/list_worker_groups',
    operation: 'workers.listGroups',
    input: nothing,
    answer: json(),
  }),
  get({
    path: 'configs/list',
    operation: 'workers.listGroups',
    input: nothing,
    answer: jsonRows(({ name, config }: Group) => ({ name: `${groupPrefix}${name}`, config })),
  }),
  get({
    path: 'configs/get/:name',
    operation: 'workers.getGroup',
    input: (request) => ({ name: groupNameOf(request) }),
    answer: json(({ config }: Group) => config),
  }),
  post({
    path: 'configs/update/:name',
    operation: 'workers.setGroup',
    input: (request) => ({ name: groupNameOf(request), config: request.fields() }),
    answer: text(({ name }: Group) => `Updated config ${groupPrefix}${name}`),
  }),
  remove({
    path: 'configs/update/:name',
    operation: 'workers.removeGroup',
    input: (request) => ({ name: groupNameOf(request) }),
    answer: text(({ name }: Group) => `Deleted config ${groupPrefix}${name}`),
  }),
];

const logRows: readonly Row[] = [
  get({
    path: 'service_logs/list_files',
    operation: 'workers.logFiles',
    // Windmill shows them all; they are kept for a bounded time.
    input: ({ query }) => ({
      perPage: 1000,
      ...present({
        after: query.time('after'),
        before: query.time('before'),
        withError: query.flag('with_error'),
      }),
    }),
    answer: jsonRows(processShapes.logFile),
  }),
  get({
    path: 'service_logs/get_log_file/*',
    operation: 'workers.logFile',
    input: (request) => ({ file: request.path() }),
    answer: text(({ lines }: { lines: string }) => lines),
  }),
];

export const workerRows: readonly Row[] = [
  ...logRows,
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
    path: 'workers/exists_workers_with_tags',
    operation: 'workers.servedTags',
    input: (request) => ({ tags: request.query.list('tags') }),
    answer: json(),
  }),
  ...['workers/custom_tags', 'w/:workspace/workers/custom_tags'].map((path) =>
    get({ path, operation: 'workers.customTags', input: nothing, answer: json() }),
  ),
  get({
    path: 'workers/get_default_tags',
    operation: 'workers.defaultTags',
    input: nothing,
    answer: json(),
  }),
  get({
    path: 'workers/is_default_tags_per_workspace',
    operation: 'workers.defaultTags',
    input: nothing,
    // A tag means the same in every workspace here.
    answer: json(() => false),
  }),
  get({
    path: 'workers/queue_counts',
    operation: 'workers.queues',
    input: nothing,
    answer: countsBy('waiting'),
  }),
  get({
    path: 'workers/queue_running_counts',
    operation: 'workers.queues',
    input: nothing,
    answer: countsBy('running'),
  }),
  get({
    path: 'workers/queue_metrics',
    operation: 'workers.queueMetrics',
    input: nothing,
    answer: json(processShapes.queueMetrics),
  }),
  get({
    path: 'workers/queue_metrics_series',
    operation: 'workers.queueMetrics',
    input: ({ query }) => present({ windowSecs: query.whole('window_secs') }),
    answer: json(),
  }),
  get({
    path: 'workers/queue_status',
    operation: 'workers.queues',
    input: nothing,
    answer: jsonRows(processShapes.queueStatus),
  }),
  ...configRows,
];
