// serviceAudit.alerts
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { named } from '../fields.ts';
import type { Reader } from '../reader.ts';

export const listAlerts = (reader: Reader) =>
  operation({
    name: 'serviceAudit.alerts',
    summary: 'List who got unusually much out of services in an hour, newest first (admins).',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({ ...pageFields }),
    output: z.array(
      z.object({
        startsAt: z.number().describe('beginning of the hour, epoch milliseconds'),
        subject: z.string().describe('id of the account'),
        ...named,
        at: z.number().describe('when the limit was reached'),
        bytesOut: z.number().describe('by then'),
        limitBytes: z.number(),
      }),
    ),
    run: (call, paging) => reader.alerts(call, paging),
  });
