// audit.get
import { z } from 'zod';
import { notFound } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { selectAuditRow } from '../audit.sql.ts';
import type { AuditRow } from '../audit.ts';
import { auditRow } from '../audit-row.ts';
import { workspaceOf } from '../call.ts';
import { operation } from '../operation.ts';

export const getAudit = (db: Database) =>
  operation({
    name: 'audit.get',
    summary: 'Read one call in the workspace (admins).',
    risk: 'read',
    action: 'audit:read',
    input: z.strictObject({ id: z.uuid().describe('id of the audit row') }),
    output: auditRow,
    async run(call, { id }) {
      const found = await db.row<AuditRow>(selectAuditRow, [id, workspaceOf(call)]);
      if (!found) throw notFound('audit row', id);
      return found;
    },
  });
