// `/api/w/{ws}/audit/*`: who called what, for admins.
import { AppError, isUuid } from '../../base/index.ts';
import { filled, paging, present } from './fields.ts';
import { get, json, jsonRows, type Row } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const audit = 'w/:workspace/audit';

/** A row of `audit.list`. */
interface AuditOutput {
  number: number;
  kind: keyof typeof kinds;
  at: number;
  workspace: string | null;
  username: string;
  operation: string;
  target: string | null;
  outcome: string;
  code: string | null;
  surface: string;
  callerKind: string;
  jobId: string | null;
  tokenPrefix: string | null;
}

/** Windmill's words in a row; a filter has others. */
const kinds = { create: 'Created', update: 'Updated', delete: 'Delete', execute: 'Execute' };

function auditShape(row: AuditOutput): Record<string, unknown> {
  return filled({
    workspace_id: row.workspace,
    id: row.number,
    timestamp: new Date(row.at).toISOString(),
    username: row.username,
    operation: row.operation,
    action_kind: kinds[row.kind],
    resource: row.target,
    parameters: filled({
      outcome: row.outcome,
      code: row.code,
      surface: row.surface,
      caller: row.callerKind,
      job: row.jobId,
      token_prefix: row.tokenPrefix,
    }),
  });
}

/** Filters whose words are Windmill's own; leaving them out would answer too much. */
const unknown = ['all_workspaces', 'exclude_operations', 'operations'];

/** A resource that is an id is a job: who did something with it, and what it did itself. */
function about(resource: string | undefined): Record<string, unknown> {
  return resource !== undefined && isUuid(resource) ? { job: resource } : { target: resource };
}

function filters(request: WireRequest): Record<string, unknown> {
  const { query } = request;
  for (const name of unknown) {
    if (query.text(name) === undefined || query.text(name) === 'false') continue;
    throw new AppError('not_implemented', `Not built: the filter ${name} of the audit log.`, {
      hint: 'Filter by username, operation, action_kind, resource, before and after.',
    });
  }
  return {
    ...paging(request),
    ...present({
      before: query.time('before'),
      after: query.time('after'),
      username: query.text('username'),
      operation: query.text('operation'),
      kind: query.text('action_kind')?.toLowerCase(),
      ...about(query.text('resource')),
    }),
  };
}

export const auditRows: readonly Row[] = [
  get({
    path: `${audit}/list`,
    operation: 'audit.list',
    input: filters,
    answer: jsonRows(auditShape),
  }),
  get({
    path: `${audit}/get/:id`,
    operation: 'audit.get',
    // A number for Windmill's clients; ids of rows as `audit.list` has them are known as well.
    input: (request) => {
      const id = request.param('id');
      return { id: /^\d{1,15}$/.test(id) ? Number(id) : id };
    },
    answer: json(auditShape),
  }),
];
