// `/api/w/{ws}/audit/*`: who called what, for admins.
import { AppError, isUuid } from '../../base/index.ts';
import { filled, paging, present } from './fields.ts';
import { get, json, jsonRows, type Row } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const audit = 'w/:workspace/audit';

/** A row of `audit.list`. */
interface AuditOutput {
  id: string;
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

/** Windmill tells four kinds of action apart, by what an operation's verb begins with. */
function kindOf(operation: string): string {
  const [, verb = ''] = operation.split('.');
  if (/^(?:create|add)/.test(verb)) return 'Created';
  if (/^(?:delete|remove|archive)/.test(verb)) return 'Delete';
  return /^(?:update|set|share|rotate)/.test(verb) ? 'Updated' : 'Execute';
}

function auditShape(row: AuditOutput): Record<string, unknown> {
  return filled({
    workspace_id: row.workspace,
    id: row.id,
    timestamp: new Date(row.at).toISOString(),
    username: row.username,
    operation: row.operation,
    action_kind: kindOf(row.operation),
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
const unknown = ['action_kind', 'all_workspaces', 'exclude_operations', 'operations'];

/** A resource that is an id is a job: who did something with it, and what it did itself. */
function about(resource: string | undefined): Record<string, unknown> {
  return resource !== undefined && isUuid(resource) ? { job: resource } : { target: resource };
}

function filters(request: WireRequest): Record<string, unknown> {
  const { query } = request;
  for (const name of unknown) {
    if (query.text(name) === undefined || query.text(name) === 'false') continue;
    throw new AppError('not_implemented', `Not built: the filter ${name} of the audit log.`, {
      hint: 'Filter by username, operation (such as scripts.create), resource, before and after.',
    });
  }
  return {
    ...paging(request),
    ...present({
      before: query.time('before'),
      after: query.time('after'),
      username: query.text('username'),
      operation: query.text('operation'),
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
    input: (request) => ({ id: request.param('id') }),
    answer: json(auditShape),
  }),
];
