// `/api/w/{ws}/apps/*`.
import { AppError } from '../../base/index.ts';
import { appShapes } from '../shapes/index.ts';
import { paging, present, withStarred } from './fields.ts';
import { execution } from './app-execution.ts';
import {
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

const apps = 'w/:workspace/apps';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });
const pathText = (status?: number) => text(({ path }: { path: string }) => path, status);

/** Windmill's command line brings whole folders, in any order: what is missing may follow. */
const imported = (request: WireRequest): boolean =>
  request.query.flag('allow_missing') ?? request.fromCli;

const flags = (request: WireRequest): Record<string, unknown> => ({
  imported: imported(request),
  ...present({ allowUnmounted: request.query.flag('allow_unmounted') }),
});

function creationOf(body: Record<string, unknown>): Record<string, unknown> {
  const { parentVersion: _head, allowKindChange: _kind, ...said } = appShapes.input(body);
  return said;
}

function changeOf(body: Record<string, unknown>): Record<string, unknown> {
  const { path: newPath, ...said } = appShapes.input(body);
  return newPath === undefined ? said : { ...said, newPath };
}

const creation = (request: WireRequest): Record<string, unknown> => ({
  ...creationOf(request.fields()),
  ...flags(request),
});

const change = (request: WireRequest): Record<string, unknown> => ({
  ...changeOf(request.fields()),
  path: request.path(),
  ...flags(request),
});

/** A field, or a file that is text in UTF-8; undefined for an absent one. */
function textOf(name: string, part: unknown): string | undefined {
  if (part === undefined || typeof part === 'string') return part;
  const { content } = { content: undefined, ...(part as object) };
  try {
    const bytes = Buffer.from(String(content), 'base64');
    if (typeof content === 'string') return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    // Said below.
  }
  throw new AppError('invalid_input', `The field ${name} must be one text in UTF-8.`);
}

/** A multipart form of Windmill's command line: the app as JSON, and what it built of it. */
function builtBody(request: WireRequest): { app: Record<string, unknown>; bundle: unknown } {
  const fields = request.fields();
  const isForm = request.body?.kind === 'multipart';
  const app = isForm ? textOf('app', fields['app']) : fields['app'];
  const [js, css] = [textOf('js', fields['js']), textOf('css', fields['css'])];
  const said = typeof app === 'string' ? request.parseJson(app) : app;
  if (typeof said !== 'object' || said === null || Array.isArray(said)) {
    throw new AppError('invalid_input', 'The field app must be a JSON object.');
  }
  const bundle = js === undefined ? null : { js, css: css ?? '' };
  return { app: said as Record<string, unknown>, bundle };
}

function builtCreation(request: WireRequest): Record<string, unknown> {
  const { app, bundle } = builtBody(request);
  return { ...creationOf(app), bundle, ...flags(request) };
}

function builtChange(request: WireRequest): Record<string, unknown> {
  const { app, bundle } = builtBody(request);
  return { ...changeOf(app), path: request.path(), bundle, ...flags(request) };
}

interface DeployedOutput {
  path: string;
  version: number;
}

const deployedJson = json(({ path, version }: DeployedOutput) => ({ path, version }));

/** `script` and `flow`; some clients say the plural. */
const kindOf = (request: WireRequest): string => request.param('kind').replace(/s$/, '');

const readingRows: readonly Row[] = [
  get({
    path: `${apps}/get/p/*`,
    operation: 'apps.get',
    input: withStarred,
    answer: jsonItem(appShapes.whole),
  }),
  get({
    path: `${apps}/get/lite/*`,
    operation: 'apps.get',
    input: byPath,
    answer: json(appShapes.whole),
  }),
  get({
    path: `${apps}/get/v/:id`,
    operation: 'apps.getVersion',
    input: (request) => ({ version: Number(request.param('id')) }),
    answer: json(appShapes.whole),
  }),
  get({
    path: `${apps}/list`,
    operation: 'apps.list',
    input: (request) => ({
      ...paging(request, { cliFromZero: true }),
      ...present({
        orderDesc: request.query.flag('order_desc'),
        createdBy: request.query.text('created_by'),
        pathStart: request.query.text('path_start'),
        pathExact: request.query.text('path_exact'),
        label: request.query.text('label'),
        starredOnly: request.query.flag('starred_only'),
      }),
    }),
    answer: jsonRows(appShapes.row),
  }),
  get({
    path: `${apps}/list_search`,
    operation: 'apps.values',
    input: () => ({ limit: 100 }),
    answer: json(),
  }),
  get({
    path: `${apps}/list_paths_from_workspace_runnable/:kind/*`,
    operation: 'apps.thatRun',
    input: (request) => ({ kind: kindOf(request), path: request.path() }),
    answer: json(),
  }),
  get({
    path: `${apps}/exists/*`,
    operation: 'apps.exists',
    input: byPath,
    answer: json<boolean>(),
  }),
  get({
    path: `${apps}/custom_path_exists/*`,
    operation: 'apps.customPathExists',
    input: (request) => ({ customPath: request.path() }),
    answer: json<boolean>(),
  }),
  get({
    path: `${apps}/history/p/*`,
    operation: 'apps.history',
    input: (request) => ({ path: request.path(), ...paging(request) }),
    answer: jsonRows(appShapes.version),
  }),
  get({
    path: `${apps}/get_latest_version/*`,
    operation: 'apps.history',
    input: (request) => ({ path: request.path(), page: 1, perPage: 1 }),
    answer: json(([newest]: Parameters<typeof appShapes.version>) =>
      newest ? appShapes.version(newest) : null,
    ),
  }),
];

const writingRows: readonly Row[] = [
  post({
    path: `${apps}/history_update/a/:id/v/:version`,
    operation: 'apps.setMessage',
    input: (request) => ({
      app: Number(request.param('id')),
      version: Number(request.param('version')),
      message: request.fields()['deployment_msg'] ?? '',
    }),
    answer: json(({ version }: { version: number }) => `version ${version} updated`),
  }),
  post({
    path: `${apps}/create`,
    operation: 'apps.create',
    input: creation,
    answer: pathText(201),
  }),
  post({
    path: `${apps}/create_raw_source`,
    operation: 'apps.create',
    input: creation,
    answer: pathText(201),
  }),
  post({
    path: `${apps}/create_raw`,
    operation: 'apps.create',
    input: builtCreation,
    answer: pathText(201),
    multipart: true,
  }),
  post({
    path: `${apps}/update_raw/*`,
    operation: 'apps.update',
    input: builtChange,
    answer: deployedJson,
    multipart: true,
  }),
  post({ path: `${apps}/update/*`, operation: 'apps.update', input: change, answer: deployedJson }),
  post({
    path: `${apps}/update_raw_source/*`,
    operation: 'apps.update',
    input: change,
    answer: deployedJson,
  }),
  remove({
    path: `${apps}/delete/*`,
    operation: 'apps.delete',
    input: byPath,
    gone: nothingLeft,
    answer: pathText(),
  }),
];

const appsOpen = 'w/:workspace/apps_u';

/** `<secret>.js` or `<secret>.css`. */
function builtFile(request: WireRequest): { secret: string; kind: string } {
  const [secret = '', kind = ''] = request.param('file').split('.', 2);
  return { secret, kind };
}

interface BundleOutput {
  kind: 'js' | 'css';
  content: string;
}

const openRows: readonly Row[] = [
  post({
    path: `${appsOpen}/execute_component/*`,
    operation: 'apps.execute',
    input: execution,
    answer: text(({ id }: { id: string }) => id),
  }),
  get({
    path: `${appsOpen}/public_app/:secret`,
    operation: 'apps.getBySecret',
    input: (request) => ({ secret: request.param('secret') }),
    answer: json(appShapes.whole),
  }),
  get({
    path: 'apps_u/public_app_by_custom_path/*',
    operation: 'apps.getByCustomPath',
    input: (request) => ({ customPath: request.path() }),
    answer: json(appShapes.whole),
  }),
  get({
    path: `${apps}/secret_of/*`,
    operation: 'apps.secretOf',
    input: byPath,
    answer: text(({ publicSecret }: { publicSecret: string }) => publicSecret),
  }),
  get({
    path: `${apps}/secret_of_latest_version/*`,
    operation: 'apps.secretOf',
    input: byPath,
    answer: text(({ bundleSecret }: { bundleSecret: string }) => bundleSecret),
  }),
  get({
    path: `${apps}/get_data/v/:file`,
    operation: 'apps.bundle',
    input: builtFile,
    answer: ({ kind, content }: BundleOutput) => ({
      status: 200,
      type: 'text',
      body: content,
      headers: {
        'content-type': `text/${kind === 'js' ? 'javascript' : 'css'}; charset=utf-8`,
        'content-security-policy': 'sandbox',
      },
    }),
  }),
];

export const appRows: readonly Row[] = [...readingRows, ...writingRows, ...openRows];
