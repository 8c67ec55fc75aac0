// audit.list
import { z } from 'zod';
import { AppError, type Clock } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { listAuditRows } from '../audit.sql.ts';
import { auditKinds, type StoredAuditRow } from '../audit.ts';
import { auditRow } from '../audit-row.ts';
import { workspaceOf } from '../call.ts';
import { operation } from '../operation.ts';

const text = z.string().max(255);

const dayMs = 86_400_000;
/** A job has few rows among those of its workspace: how far back to look for them. */
const usualRangeMs = 30 * dayMs;
const longestRangeMs = 93 * dayMs;

/** Throws `invalid_input` for a range in which the rows of one job would be looked for too long. */
function rangeOfJob(wanted: { before: number; after?: number | undefined }, now: number) {
  const before = Math.min(wanted.before, now + dayMs);
  const after = wanted.after ?? before - usualRangeMs;
  if (before - after <= longestRangeMs) return { before, after };
  throw new AppError(
    'invalid_input',
    'The calls about one job are looked for in 93 days at most.',
    {
      hint: 'Give `after` and `before` closer together; without them it is the last 30 days.',
    },
  );
}

export const listAudit = ({ db, clock }: { db: Database; clock: Clock }) =>
  operation({
    name: 'audit.list',
    summary: 'List the calls in the workspace, newest first, refused ones too (admins).',
    risk: 'read',
    action: 'audit:read',
    input: z.strictObject({
      before: z.int().min(0).default(Number.MAX_SAFE_INTEGER).describe('epoch milliseconds'),
      after: z.int().min(0).optional().describe('epoch milliseconds'),
      username: text.optional().describe('of who called'),
      operation: text.optional().describe('name of the operation'),
      kind: z.enum(auditKinds).optional().describe('what the calls did'),
      target: text.optional().describe('path, hash or id that the call was about'),
      job: z.uuid().optional().describe('id of a job: calls about it, and calls that it made'),
      page: z.int().min(1).max(10_000).default(1).describe('page, from 1'),
      perPage: z.int().min(1).max(1000).default(100).describe('rows'),
    }),
    output: z.array(auditRow),
    async run(call, { perPage, page, ...filters }) {
      const range = filters.job === undefined ? filters : rangeOfJob(filters, clock.now());
      return db.rows<StoredAuditRow>(listAuditRows, [
        workspaceOf(call),
        range.before,
        perPage,
        range.after ?? 0,
        filters.username ?? null,
        filters.operation ?? null,
        filters.target ?? null,
        (page - 1) * perPage,
        filters.job ?? null,
        filters.kind ?? null,
      ]);
    },
  });
