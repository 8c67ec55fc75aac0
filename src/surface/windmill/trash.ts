// `/api/w/{ws}/trash/*`: what was deleted, and putting it back.
import { paging, present } from './fields.ts';
import { get, json, jsonRows, post, remove, type Row, text } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const trash = 'w/:workspace/trash';
const keptForMs = 30 * 86_400_000;

interface TrashOutput {
  id: number;
  workspaceId: string;
  kind: string;
  path: string;
  deletedBy: string;
  deletedAt: number;
}

const timeOf = (at: number): string => new Date(at).toISOString();

function shape(item: TrashOutput): Record<string, unknown> {
  return {
    id: item.id,
    workspace_id: item.workspaceId,
    item_kind: item.kind,
    item_path: item.path,
    deleted_by: item.deletedBy,
    deleted_at: timeOf(item.deletedAt),
    expires_at: timeOf(item.deletedAt + keptForMs),
  };
}

const byId = (request: WireRequest): { id: number } => ({ id: Number(request.param('id')) });

export const trashRows: readonly Row[] = [
  get({
    path: `${trash}/list`,
    operation: 'trash.list',
    input: (request) => ({
      ...paging(request),
      ...present({ kind: request.query.text('item_kind') }),
    }),
    answer: jsonRows(shape),
  }),
  get({
    path: `${trash}/get/:id`,
    operation: 'trash.get',
    input: byId,
    answer: json((item: TrashOutput & { rows: unknown; versions: unknown }) => ({
      ...shape(item),
      item_data: { rows: item.rows, versions: item.versions ?? undefined },
    })),
  }),
  post({
    path: `${trash}/restore/:id`,
    operation: 'trash.restore',
    input: byId,
    answer: text(({ path }: { path: string }) => path),
  }),
  remove({
    path: `${trash}/delete/:id`,
    operation: 'trash.delete',
    input: byId,
    answer: text(() => 'deleted for good'),
  }),
  post({
    path: `${trash}/empty`,
    operation: 'trash.empty',
    input: () => ({}),
    answer: text(({ count }: { count: number }) => `${count} items deleted for good`),
  }),
];
