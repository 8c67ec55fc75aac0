// `/api/w/{ws}/apps/*`.
import { appShapes } from '../shapes/index.ts';
import { paging, present } from './fields.ts';
import { get, json, jsonRows, nothingLeft, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const apps = 'w/:workspace/apps';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });
const pathText = (status?: number) => text(({ path }: { path: string }) => path, status);

/** Windmill's command line brings whole folders, in any order: what is missing may follow. */
const imported = (request: WireRequest): boolean =>
  request.query.flag('allow_missing') ?? request.fromCli;

const flags = (request: WireRequest): Record<string, unknown> => ({
  imported: imported(request),
});

function creation(request: WireRequest): Record<string, unknown> {
  const {
    parentVersion: _head,
    allowKindChange: _kind,
    ...said
  } = appShapes.input(request.fields());
  return { ...said, ...flags(request) };
}

function change(request: WireRequest): Record<string, unknown> {
  const { path: newPath, ...said } = appShapes.input(request.fields());
  const moved = newPath === undefined ? {} : { newPath };
  return { ...said, path: request.path(), ...moved, ...flags(request) };
}

interface DeployedOutput {
  path: string;
  version: number;
}

const deployedJson = json(({ path, version }: DeployedOutput) => ({ path, version }));

const readingRows: readonly Row[] = [
  get({
    path: `${apps}/get/p/*`,
    operation: 'apps.get',
    input: byPath,
    answer: json(appShapes.whole),
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
      }),
    }),
    answer: jsonRows(appShapes.row),
  }),
  get({
    path: `${apps}/list_search`,
    operation: 'apps.values',
    input: () => ({ limit: 1000 }),
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

export const appRows: readonly Row[] = [...readingRows, ...writingRows];
