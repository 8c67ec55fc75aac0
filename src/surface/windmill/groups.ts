// `/api/w/{ws}/groups/*`.
import { groupShape } from '../shapes/index.ts';
import { filled, paging } from './fields.ts';
import { get, json, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const groups = 'w/:workspace/groups';

const byName = (request: WireRequest): { name: string } => ({ name: request.param('name') });

const member = (request: WireRequest): Record<string, unknown> => ({
  ...byName(request),
  username: request.fields()['username'],
});

export const groupRows: readonly Row[] = [
  post({
    path: `${groups}/create`,
    operation: 'groups.create',
    input: (request) => {
      const { name, summary } = request.fields();
      return filled({ name, summary });
    },
    answer: text(({ name }: { name: string }) => `Created group ${name}`),
  }),
  post({
    path: `${groups}/update/:name`,
    operation: 'groups.update',
    input: (request) => ({ ...byName(request), summary: request.fields()['summary'] ?? '' }),
    answer: text(() => 'Updated group'),
  }),
  get({
    path: `${groups}/get/:name`,
    operation: 'groups.get',
    input: byName,
    answer: json(groupShape),
  }),
  get({
    path: `${groups}/list`,
    operation: 'groups.list',
    input: (request) => paging(request),
    answer: jsonRows(groupShape),
  }),
  get({
    path: `${groups}/listnames`,
    operation: 'groups.names',
    input: () => ({}),
    answer: json<string[]>(),
  }),
  remove({
    path: `${groups}/delete/:name`,
    operation: 'groups.delete',
    input: byName,
    answer: text(() => 'Deleted group'),
  }),
  post({
    path: `${groups}/adduser/:name`,
    operation: 'groups.addUser',
    input: member,
    answer: text(() => 'Added user to group'),
  }),
  post({
    path: `${groups}/removeuser/:name`,
    operation: 'groups.removeUser',
    input: member,
    answer: text(() => 'Removed user from group'),
  }),
];
