// serviceAudit.list
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { named, selectionFields, storedRow } from '../fields.ts';
import type { Reader } from '../reader.ts';

export const listServiceAudit = (reader: Reader) =>
  operation({
    name: 'serviceAudit.list',
    summary:
      'List the calls of services in the workspace, newest first, refused ones too (admins).',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({ ...selectionFields, ...pageFields }),
    output: z.array(storedRow.extend(named)),
    run: (call, wanted) => reader.list(call, wanted),
  });
