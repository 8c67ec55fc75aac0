// audit.list
import { z } from 'zod';
import type { Database } from '../../store/index.ts';
import { listAuditRows } from '../audit.sql.ts';
import type { AuditRow } from '../audit.ts';
import { workspaceOf } from '../call.ts';
import { operation } from '../operation.ts';

const row = z.object({
  id: z.string(),
  at: z.number().describe('epoch milliseconds'),
  workspace: z.string().nullable(),
  email: z.string(),
  username: z.string(),
  callerKind: z.string(),
  tokenPrefix: z.string().nullable(),
  jobId: z.string().nullable(),
  surface: z.string(),
  operation: z.string(),
  risk: z.string(),
  target: z.string().nullable(),
  outcome: z.enum(['ok', 'refused', 'failed']),
  code: z.string().nullable().describe('the error of a call that did not go through'),
  durationMs: z.number(),
  causedBy: z.string().nullable(),
});

export const listAudit = (db: Database) =>
  operation({
    name: 'audit.list',
    summary: 'List the calls in the workspace, newest first, refused ones too (admins).',
    risk: 'read',
    action: 'audit:read',
    input: z.strictObject({
      before: z.int().min(0).default(Number.MAX_SAFE_INTEGER).describe('epoch milliseconds'),
      perPage: z.int().min(1).max(1000).default(100).describe('rows'),
    }),
    output: z.array(row),
    run: (call, { before, perPage }) =>
      db.rows<AuditRow>(listAuditRows, [workspaceOf(call), before, perPage]),
  });
