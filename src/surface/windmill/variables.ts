// `/api/w/{ws}/variables/*`.
import { AppError } from '../../base/index.ts';
import { contextualShape, variableShape } from '../shapes/index.ts';
import { filled, paging, present } from './fields.ts';
import { get, json, jsonItem, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const variables = 'w/:workspace/variables';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });

function moment(value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  const at = typeof value === 'string' ? Date.parse(value) : Number.NaN;
  if (Number.isFinite(at)) return at;
  throw new AppError('invalid_input', 'expires_at is not a time such as 2026-11-21T12:00:00Z.');
}

/** What a create and an update body have in common. */
function settings(request: WireRequest): Record<string, unknown> {
  const body = request.fields();
  return {
    ...filled({
      value: body['value'],
      isSecret: body['is_secret'],
      description: body['description'],
      account: body['account'],
      isOauth: body['is_oauth'],
      labels: body['labels'],
      extraPerms: body['extra_perms'],
      expiresAt: moment(body['expires_at']),
    }),
    ...present({ alreadyEncrypted: request.query.flag('already_encrypted') }),
  };
}

const readingRows: readonly Row[] = [
  get({
    path: `${variables}/list`,
    operation: 'variables.list',
    input: (request) => ({
      ...paging(request),
      ...present({
        pathStart: request.query.text('path_start'),
        path: request.query.text('path'),
        value: request.query.text('value'),
        description: request.query.text('description'),
        label: request.query.text('label'),
      }),
    }),
    answer: jsonRows(variableShape),
  }),
  get({
    path: `${variables}/list_contextual`,
    operation: 'variables.listContextual',
    input: () => ({}),
    answer: jsonRows(contextualShape),
  }),
  get({
    path: `${variables}/get/*`,
    operation: 'variables.get',
    // Windmill's default shows the clear value.
    input: (request) => ({
      ...byPath(request),
      decryptSecret: request.query.flag('decrypt_secret') ?? true,
      includeEncrypted: request.query.flag('include_encrypted') ?? false,
    }),
    answer: jsonItem(variableShape),
  }),
  get({
    path: `${variables}/get_value/*`,
    operation: 'variables.getValue',
    input: byPath,
    answer: json<string>(),
  }),
  get({
    path: `${variables}/exists/*`,
    operation: 'variables.exists',
    input: byPath,
    answer: json<boolean>(),
  }),
];

export const variableRows: readonly Row[] = [
  ...readingRows,
  post({
    path: `${variables}/create`,
    operation: 'variables.create',
    input: (request) => ({ path: request.fields()['path'], ...settings(request) }),
    answer: text(({ path }: { path: string }) => `variable ${path} created`, 201),
  }),
  post({
    path: `${variables}/update/*`,
    operation: 'variables.update',
    input: (request) => ({
      ...byPath(request),
      ...filled({ newPath: request.fields()['path'] }),
      ...settings(request),
    }),
    answer: text(({ path }: { path: string }) => `variable ${path} updated`),
  }),
  remove({
    path: `${variables}/delete/*`,
    operation: 'variables.delete',
    input: byPath,
    answer: text(({ path }: { path: string }) => `variable ${path} deleted`),
  }),
];
