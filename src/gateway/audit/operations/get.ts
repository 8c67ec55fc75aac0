// serviceAudit.get
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { named, storedRow } from '../fields.ts';
import type { Reader } from '../reader.ts';

export const getServiceAudit = (reader: Reader) =>
  operation({
    name: 'serviceAudit.get',
    summary: 'Read the row of one call of a service (admins).',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({ id: z.uuid().describe('audit_id of the call') }),
    output: storedRow.extend(named),
    run: (call, { id }) => reader.get(call, id),
  });
