// audit.list
import { z } from 'zod';
import type { Database } from '../../store/index.ts';
import { listAuditRows } from '../audit.sql.ts';
import type { AuditRow } from '../audit.ts';
import { auditRow } from '../audit-row.ts';
import { workspaceOf } from '../call.ts';
import { operation } from '../operation.ts';

const text = z.string().max(255);

export const listAudit = (db: Database) =>
  operation({
    name: 'audit.list',
    summary: 'List the calls in the workspace, newest first, refused ones too (admins).',
    risk: 'read',
    action: 'audit:read',
    input: z.strictObject({
      before: z.int().min(0).default(Number.MAX_SAFE_INTEGER).describe('epoch milliseconds'),
      after: z.int().min(0).default(0).describe('epoch milliseconds'),
      username: text.optional().describe('of who called'),
      operation: text.optional().describe('name of the operation'),
      target: text.optional().describe('path, hash or id that the call was about'),
      page: z.int().min(1).max(10_000).default(1).describe('page, from 1'),
      perPage: z.int().min(1).max(1000).default(100).describe('rows'),
    }),
    output: z.array(auditRow),
    run: (call, { before, after, perPage, page, ...filters }) =>
      db.rows<AuditRow>(listAuditRows, [
        workspaceOf(call),
        before,
        perPage,
        after,
        filters.username ?? null,
        filters.operation ?? null,
        filters.target ?? null,
        (page - 1) * perPage,
      ]),
  });
