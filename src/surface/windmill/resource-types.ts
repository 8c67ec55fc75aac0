// `/api/w/{ws}/resources/type/*`.
import { type ResourceTypeOutput, resourceTypeShape } from '../shapes/index.ts';
import { filled } from './fields.ts';
import { get, json, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const types = 'w/:workspace/resources/type';

const byName = (request: WireRequest): { name: string } => ({ name: request.param('name') });

function settings(request: WireRequest): Record<string, unknown> {
  const body = request.fields();
  return filled({
    schema: body['schema'],
    description: body['description'],
    displayName: body['display_name'],
    isFileset: body['is_fileset'],
  });
}

/** Types whose values are files, with the ending of each. */
function extensions(all: readonly ResourceTypeOutput[]): Record<string, unknown> {
  const files = all.filter((type) => type.formatExtension !== null || type.isFileset);
  return Object.fromEntries(
    files.map(({ name, formatExtension, isFileset }) => [
      name,
      { format_extension: formatExtension, is_fileset: isFileset },
    ]),
  );
}

export const resourceTypeRows: readonly Row[] = [
  get({
    path: `${types}/list`,
    operation: 'resourceTypes.list',
    input: () => ({}),
    answer: jsonRows(resourceTypeShape),
  }),
  get({
    path: `${types}/listnames`,
    operation: 'resourceTypes.names',
    input: () => ({}),
    answer: json<string[]>(),
  }),
  get({
    path: `${types}/get/:name`,
    operation: 'resourceTypes.get',
    input: byName,
    answer: json(resourceTypeShape),
  }),
  get({
    path: `${types}/exists/:name`,
    operation: 'resourceTypes.exists',
    input: byName,
    answer: json<boolean>(),
  }),
  get({
    path: 'w/:workspace/resources/file_resource_type_to_file_ext_map',
    operation: 'resourceTypes.list',
    input: () => ({}),
    answer: json(extensions),
  }),
  post({
    path: `${types}/create`,
    operation: 'resourceTypes.create',
    input: (request) => ({
      name: request.fields()['name'],
      ...settings(request),
      ...filled({ formatExtension: request.fields()['format_extension'] }),
    }),
    answer: text(({ name }: { name: string }) => `resource_type ${name} created`, 201),
  }),
  post({
    path: `${types}/update/:name`,
    operation: 'resourceTypes.update',
    input: (request) => ({ ...byName(request), ...settings(request) }),
    answer: text(({ name }: { name: string }) => `resource_type ${name} updated`),
  }),
  remove({
    path: `${types}/delete/:name`,
    operation: 'resourceTypes.delete',
    input: byName,
    answer: text(({ name }: { name: string }) => `resource_type ${name} deleted`),
  }),
];
