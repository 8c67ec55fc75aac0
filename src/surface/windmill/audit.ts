// `/api/w/{ws}/audit/*`: who called what, for admins.
import { AppError } from '../../base/index.ts';
import { auditShape } from '../shapes/index.ts';
import { paging, present } from './fields.ts';
import { get, json, jsonRows, type Row } from './table.ts';
import type { WireRequest } from './wire-request.ts';

const audit = 'w/:workspace/audit';

/** Filters whose words are Windmill's own; leaving them out would answer too much. */
const unknown = ['action_kind', 'all_workspaces', 'exclude_operations', 'operations'];

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
      target: query.text('resource'),
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
