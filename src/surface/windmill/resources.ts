// `/api/w/{ws}/resources/*`, without the types, which have a table of their own.
import { AppError } from '../../base/index.ts';
import { resourceShape } from '../shapes/index.ts';
import { filled, paging, present, wholeList } from './fields.ts';
import { get, json, jsonItem, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const resources = 'w/:workspace/resources';

const byPath = (request: WireRequest): { path: string } => ({ path: request.path() });

/** `value=` is base64 of JSON in Windmill; plain JSON is taken as well. */
function valueFilter({ query, parseJson }: WireRequest): unknown {
  const given = query.text('value');
  if (given === undefined) return undefined;
  const isBase64 = /^[A-Za-z0-9+/=_-]+$/.test(given);
  try {
    return parseJson(isBase64 ? Buffer.from(given, 'base64').toString('utf8') : given);
  } catch {
    throw new AppError('invalid_input', 'The query value value does not hold base64 of JSON.');
  }
}

/** What a create and an update body have in common; null is a value, absent is not. */
function settings(request: WireRequest): Record<string, unknown> {
  const body = request.fields();
  return {
    ...filled({
      resourceType: body['resource_type'],
      description: body['description'],
      labels: body['labels'],
      extraPerms: body['extra_perms'],
    }),
    ...present({ value: body['value'] }),
  };
}

const readingRows: readonly Row[] = [
  get({
    path: `${resources}/list`,
    operation: 'resources.list',
    input: (request) => ({
      ...paging(request, { cliFromZero: true }),
      ...present({
        resourceType: request.query.list('resource_type'),
        resourceTypeExclude: request.query.list('resource_type_exclude'),
        pathStart: request.query.text('path_start'),
        path: request.query.text('path'),
        description: request.query.text('description'),
        label: request.query.text('label'),
        value: valueFilter(request),
      }),
    }),
    answer: jsonRows(resourceShape),
  }),
  get({
    path: `${resources}/get/*`,
    operation: 'resources.get',
    input: byPath,
    answer: jsonItem(resourceShape),
  }),
  get({
    path: `${resources}/get_value/*`,
    operation: 'resources.getValue',
    input: byPath,
    answer: json(),
  }),
  get({
    path: `${resources}/get_value_interpolated/*`,
    operation: 'resources.getValueInterpolated',
    input: byPath,
    answer: json(),
  }),
  get({
    path: `${resources}/list_names/:type`,
    operation: 'resources.list',
    input: (request) => ({ ...wholeList, resourceType: [request.param('type')] }),
    answer: jsonRows(({ path }: { path: string }) => ({ name: path, path })),
  }),
  get({
    path: `${resources}/exists/*`,
    operation: 'resources.exists',
    input: byPath,
    answer: json<boolean>(),
  }),
];

export const resourceRows: readonly Row[] = [
  ...readingRows,
  post({
    path: `${resources}/create`,
    operation: 'resources.create',
    input: (request) => ({
      path: request.fields()['path'],
      ...settings(request),
      ...present({ updateIfExists: request.query.flag('update_if_exists') }),
    }),
    answer: text(({ path }: { path: string }) => `resource ${path} created`, 201),
  }),
  post({
    path: `${resources}/update/*`,
    operation: 'resources.update',
    input: (request) => ({
      ...byPath(request),
      ...filled({ newPath: request.fields()['path'] }),
      ...settings(request),
    }),
    answer: text(({ path }: { path: string }) => `resource ${path} updated`),
  }),
  post({
    path: `${resources}/update_value/*`,
    operation: 'resources.updateValue',
    input: (request) => ({ ...byPath(request), ...present({ value: request.fields()['value'] }) }),
    answer: text(({ path }: { path: string }) => `value of resource ${path} updated`),
  }),
  remove({
    path: `${resources}/delete/*`,
    operation: 'resources.delete',
    input: byPath,
    answer: text(({ path }: { path: string }) => `resource ${path} deleted`),
  }),
];
