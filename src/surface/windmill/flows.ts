// `/api/w/{ws}/flows/*`.
import { type FlowOutput, flowShapes } from '../shapes/index.ts';
import { paging, present, wholeList, withStarred } from './fields.ts';
import {
  type Answer,
  get,
  json,
  jsonItem,
  jsonRows,
  nothingLeft,
  post,
  remove,
  type Row,
  text,
} from './table.ts';
import type { WireRequest } from './wire-request.ts';

const flows = 'w/:workspace/flows';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });
const pathText = text(({ path }: { path: string }) => path);

/** Windmill's command line brings whole folders, in any order: what is missing may follow. */
const allowMissing = (request: WireRequest): boolean =>
  request.query.flag('allow_missing') ?? request.fromCli;

const readingRows: readonly Row[] = [
  get({
    path: `${flows}/get/*`,
    operation: 'flows.get',
    input: withStarred,
    answer: jsonItem(flowShapes.whole),
  }),
  get({
    path: `${flows}/get/v/:version`,
    operation: 'flows.getVersion',
    input: (request) => ({ version: Number(request.param('version')) }),
    answer: json(flowShapes.whole),
  }),
  get({
    path: `${flows}/list`,
    operation: 'flows.list',
    input: (request) => ({
      ...paging(request, { cliFromZero: true }),
      ...present({
        orderDesc: request.query.flag('order_desc'),
        createdBy: request.query.text('created_by'),
        pathStart: request.query.text('path_start'),
        pathExact: request.query.text('path_exact'),
        showArchived: request.query.flag('show_archived'),
        starredOnly: request.query.flag('starred_only'),
      }),
    }),
    answer: jsonRows(flowShapes.whole),
  }),
  get({
    path: `${flows}/list_search`,
    operation: 'flows.values',
    input: () => ({ limit: 1000 }),
    answer: json(),
  }),
  get({
    path: `${flows}/list_paths`,
    operation: 'flows.list',
    input: () => wholeList,
    answer: jsonRows(({ path }: FlowOutput) => path),
  }),
  get({
    path: `${flows}/exists/*`,
    operation: 'flows.exists',
    input: byPath,
    answer: json<boolean>(),
  }),
  get({
    path: `${flows}/get_latest_version/*`,
    operation: 'flows.history',
    input: byPath,
    answer: json(
      ([newest]: Parameters<typeof flowShapes.version>[0][]) =>
        newest && flowShapes.version(newest),
    ),
  }),
  get({
    path: `${flows}/history/p/*`,
    operation: 'flows.history',
    input: byPath,
    answer: jsonRows(flowShapes.version),
  }),
  get({
    path: `${flows}/history/*`,
    operation: 'flows.history',
    input: byPath,
    answer: jsonRows(flowShapes.version),
  }),
];

interface Written {
  path: string;
  warnings: readonly string[];
}

/** Windmill's clients take the bare path; what is kept and will fail stands in a header. */
function written({ path, warnings }: Written, status: number): Answer {
  const said = JSON.stringify(warnings.slice(0, 10)).replaceAll(/[^\x20-\x7e]/g, '?');
  const headers = warnings.length > 0 ? { headers: { 'x-millrace-warnings': said } } : {};
  return { status, type: 'text', body: path, ...headers };
}

const writingRows: readonly Row[] = [
  post({
    path: `${flows}/create`,
    operation: 'flows.create',
    input: (request) => ({
      ...flowShapes.input(request.fields()),
      allowMissing: allowMissing(request),
    }),
    answer: (made: Written) => written(made, 201),
  }),
  post({
    path: `${flows}/update/*`,
    operation: 'flows.update',
    input: (request) => {
      const { path: newPath, ...said } = flowShapes.input(request.fields());
      const moved = newPath === undefined ? {} : { newPath };
      return { ...said, path: request.path(), ...moved, allowMissing: allowMissing(request) };
    },
    answer: (made: Written) => written(made, 200),
  }),
  post({
    path: `${flows}/archive/*`,
    operation: 'flows.archive',
    input: (request) => ({
      path: request.path(),
      ...present({ archived: request.fields()['archived'] }),
    }),
    answer: pathText,
  }),
  post({
    path: `${flows}/history_update/v/:version`,
    operation: 'flows.describeVersion',
    input: (request) => ({
      version: Number(request.param('version')),
      message: request.fields()['deployment_msg'] ?? '',
    }),
    answer: text(() => ''),
  }),
  post({
    path: `${flows}/toggle_workspace_error_handler/*`,
    operation: 'flows.muteErrorHandler',
    input: (request) => ({ ...byPath(request), muted: request.fields()['muted'] ?? false }),
    answer: pathText,
  }),
  get({
    path: `${flows}/deployment_status/p/*`,
    operation: 'flows.get',
    input: byPath,
    // A flow is built before it is accepted: nothing is under way.
    answer: json(() => ({})),
  }),
  remove({
    path: `${flows}/delete/*`,
    operation: 'flows.delete',
    input: byPath,
    gone: nothingLeft,
    answer: pathText,
  }),
];

export const flowRows: readonly Row[] = [...readingRows, ...writingRows];
