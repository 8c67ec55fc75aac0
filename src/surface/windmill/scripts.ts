// `/api/w/{ws}/scripts/*`.
import {
  deploymentStatusShape,
  scriptInput,
  type ScriptOutput,
  scriptShape,
  scriptVersionShape,
} from '../shapes/index.ts';
import { paging, present, wholeList, withStarred } from './fields.ts';
import { get, json, jsonItem, jsonRows, post, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

type ScriptVersionOutput = Parameters<typeof scriptVersionShape>[0];

const scripts = 'w/:workspace/scripts';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });
const byHash = (request: WireRequest): { hash: string } => ({ hash: request.param('hash') });

/** `raw/p/f/team/report.bun.ts`: the ending that importers want, not part of the path. */
const ending = /(?:\.(?:bun|deno|fetch|pg|my))?\.(?:ts|js|py|sh|sql|gql|php|rb|go|ps1)$/;

const rawContent = text(({ content }: ScriptOutput) => content ?? '');

/** A version as text: the raw hash, as Windmill's clients expect it. */
const hashText = text(({ hash }: { hash: string }) => hash, 201);

function listFilters({ query }: WireRequest): Record<string, unknown> {
  return present({
    orderDesc: query.flag('order_desc'),
    createdBy: query.text('created_by'),
    pathStart: query.text('path_start'),
    pathExact: query.text('path_exact'),
    showArchived: query.flag('show_archived'),
    includeWithoutMain: query.flag('include_without_main'),
    kinds: query.list('kinds'),
    languages: query.list('languages'),
    parentHash: query.text('parent_hash'),
    firstParentHash: query.text('first_parent_hash'),
    lastParentHash: query.text('last_parent_hash'),
    isTemplate: query.flag('is_template'),
    starredOnly: query.flag('starred_only'),
  });
}

const readingRows: readonly Row[] = [
  get({
    path: `${scripts}/get/p/*`,
    operation: 'scripts.get',
    input: withStarred,
    answer: jsonItem(scriptShape),
  }),
  get({
    path: `${scripts}/get/h/:hash`,
    operation: 'scripts.getByHash',
    input: byHash,
    answer: json(scriptShape),
  }),
  get({
    path: `${scripts}/list`,
    operation: 'scripts.list',
    input: (request) => ({
      ...paging(request, { cliFromZero: true }),
      ...listFilters(request),
    }),
    answer: jsonRows(scriptShape),
  }),
  get({
    path: `${scripts}/list_search`,
    operation: 'scripts.contents',
    input: () => ({ limit: 1000 }),
    answer: json(),
  }),
  get({
    path: `${scripts}/list_paths`,
    operation: 'scripts.list',
    input: () => ({ ...wholeList, perPage: 100_000, includeWithoutMain: true }),
    answer: jsonRows(({ path }: { path: string }) => path),
  }),
  get({
    path: `${scripts}/exists/p/*`,
    operation: 'scripts.exists',
    input: byPath,
    answer: json<boolean>(),
  }),
  get({
    path: `${scripts}/history/p/*`,
    operation: 'scripts.history',
    input: byPath,
    answer: jsonRows(scriptVersionShape),
  }),
  get({
    path: `${scripts}/get_latest_version/*`,
    operation: 'scripts.history',
    input: byPath,
    answer: json(([newest]: ScriptVersionOutput[]) => newest && scriptVersionShape(newest)),
  }),
  get({
    path: `${scripts}/raw/p/*`,
    operation: 'scripts.get',
    input: (request) => ({ path: request.path().replace(ending, '') }),
    answer: rawContent,
  }),
  get({
    path: `${scripts}/raw/h/:hash`,
    operation: 'scripts.getByHash',
    input: (request) => ({ hash: request.param('hash').replace(ending, '') }),
    answer: rawContent,
  }),
  get({
    path: `${scripts}/deployment_status/h/:hash`,
    operation: 'scripts.deploymentStatus',
    input: byHash,
    answer: json(deploymentStatusShape),
  }),
];

const writingRows: readonly Row[] = [
  post({
    path: `${scripts}/create`,
    operation: 'scripts.create',
    input: (request) => ({
      ...scriptInput(request.fields()),
      ...present({ skipIfNoop: request.query.flag('skip_if_noop') }),
    }),
    answer: hashText,
  }),
  post({
    path: `${scripts}/archive/p/*`,
    operation: 'scripts.archive',
    input: byPath,
    answer: text(({ path }: { path: string }) => path),
  }),
  post({
    path: `${scripts}/archive/h/:hash`,
    operation: 'scripts.archiveByHash',
    input: byHash,
    answer: json(scriptShape),
  }),
  post({
    path: `${scripts}/history_update/h/:hash/p/*`,
    operation: 'scripts.describeVersion',
    input: (request) => ({
      ...byPath(request),
      ...byHash(request),
      message: request.fields()['deployment_msg'] ?? '',
    }),
    answer: text(() => ''),
  }),
  post({
    path: `${scripts}/toggle_workspace_error_handler/p/*`,
    operation: 'scripts.muteErrorHandler',
    input: (request) => ({ ...byPath(request), muted: request.fields()['muted'] ?? false }),
    answer: text(({ path }: { path: string }) => path),
  }),
  post({
    path: `${scripts}/delete/p/*`,
    operation: 'scripts.delete',
    input: byPath,
    answer: json(({ path }: { path: string }) => path),
  }),
  post({
    path: `${scripts}/delete/h/:hash`,
    operation: 'scripts.deleteByHash',
    input: byHash,
    answer: json(scriptShape),
  }),
];

export const scriptRows: readonly Row[] = [...readingRows, ...writingRows];
