// audit.get
import { z } from 'zod';
import { notFound } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { selectAuditRow, selectAuditRowByNumber } from '../audit.sql.ts';
import type { StoredAuditRow } from '../audit.ts';
import { auditRow } from '../audit-row.ts';
import { workspaceOf } from '../call.ts';
import { operation } from '../operation.ts';

export const getAudit = (db: Database) =>
  operation({
    name: 'audit.get',
    summary: 'Read one call in the workspace (admins).',
    risk: 'read',
    action: 'audit:read',
    input: z.strictObject({
      id: z.union([z.uuid(), z.int().min(1)]).describe('id or number of the audit row'),
    }),
    output: auditRow,
    async run(call, { id }) {
      const one = typeof id === 'number' ? selectAuditRowByNumber : selectAuditRow;
      const found = await db.row<StoredAuditRow>(one, [id, workspaceOf(call)]);
      if (!found) throw notFound('audit row', String(id));
      return found;
    },
  });
