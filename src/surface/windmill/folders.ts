// `/api/w/{ws}/folders/*`.
import { folderShape } from '../shapes/index.ts';
import { filled, paging, present } from './fields.ts';
import { get, json, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const folders = 'w/:workspace/folders';

const byName = (request: WireRequest): { name: string } => ({ name: request.param('name') });

function settings(request: WireRequest): Record<string, unknown> {
  const { display_name, summary, owners, extra_perms, default_permissioned_as } = request.fields();
  return filled({
    displayName: display_name,
    summary,
    owners,
    extraPerms: extra_perms,
    defaultPermissionedAs: default_permissioned_as,
  });
}

function owner(request: WireRequest): Record<string, unknown> {
  const { owner: principal, write } = request.fields();
  return filled({ ...byName(request), owner: principal, write });
}

export const folderRows: readonly Row[] = [
  post({
    path: `${folders}/create`,
    operation: 'folders.create',
    input: (request) => ({ name: request.fields()['name'], ...settings(request) }),
    answer: text(({ name }: { name: string }) => `Created folder ${name}`),
  }),
  post({
    path: `${folders}/update/:name`,
    operation: 'folders.update',
    input: (request) => ({ ...byName(request), ...settings(request) }),
    answer: text(() => 'Updated folder'),
  }),
  get({
    path: `${folders}/get/:name`,
    operation: 'folders.get',
    input: byName,
    answer: json(folderShape),
  }),
  get({
    path: `${folders}/list`,
    operation: 'folders.list',
    input: (request) => paging(request),
    answer: jsonRows(folderShape),
  }),
  get({
    path: `${folders}/listnames`,
    operation: 'folders.names',
    input: ({ query }) => present({ onlyMemberOf: query.flag('only_member_of') }),
    answer: json<string[]>(),
  }),
  get({
    path: `${folders}/exists/:name`,
    operation: 'folders.exists',
    input: byName,
    answer: json<boolean>(),
  }),
  remove({
    path: `${folders}/delete/:name`,
    operation: 'folders.delete',
    input: byName,
    answer: text(() => 'Deleted folder'),
  }),
  post({
    path: `${folders}/addowner/:name`,
    operation: 'folders.addOwner',
    input: owner,
    answer: text(() => 'Added owner'),
  }),
  post({
    path: `${folders}/removeowner/:name`,
    operation: 'folders.removeOwner',
    input: owner,
    answer: text(() => 'Removed owner'),
  }),
];
