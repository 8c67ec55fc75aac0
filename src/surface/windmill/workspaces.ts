// `/api/workspaces/*`.
import { ownWorkspacesShape, workspaceShape } from '../shapes/index.ts';
import { filled, paging } from './fields.ts';
import { get, json, jsonRows, post, type Row, text } from './table.ts';

export const workspaceRows: readonly Row[] = [
  get({
    path: 'workspaces/list',
    operation: 'workspaces.list',
    input: () => ({}),
    answer: jsonRows(workspaceShape),
  }),
  get({
    path: 'workspaces/users',
    operation: 'workspaces.mine',
    input: () => ({}),
    answer: json(ownWorkspacesShape),
  }),
  get({
    path: 'workspaces/list_as_superadmin',
    operation: 'workspaces.list',
    input: (request) => paging(request),
    answer: jsonRows(workspaceShape),
  }),
  post({
    path: 'workspaces/exists',
    operation: 'workspaces.exists',
    input: (request) => ({ id: request.fields()['id'] }),
    answer: json<boolean>(),
  }),
  post({
    path: 'workspaces/create',
    operation: 'workspaces.create',
    input: (request) => {
      const { id, name, username } = request.fields();
      return filled({ id, name: name ?? id, username });
    },
    answer: text(({ id }: { id: string }) => `Created workspace ${id}`, 201),
  }),
];
