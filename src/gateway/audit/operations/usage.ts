// serviceAudit.usage
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { named, selectionFields, usageAxes, usageRow } from '../fields.ts';
import type { Reader } from '../reader.ts';

const { after, before, subject, service } = selectionFields;

export const serviceUsage = (reader: Reader) =>
  operation({
    name: 'serviceAudit.usage',
    summary: 'Sum up how much went through services by the day, and by person or the like.',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({
      by: z.enum(usageAxes).default('person').describe('delegation: who acted for somebody'),
      after,
      before,
      subject,
      service,
      ...pageFields,
    }),
    output: z.array(
      usageRow.extend({
        subject: z.string().nullable().describe('id of the account, by person'),
        ...named,
      }),
    ),
    run: (call, wanted) => reader.usage(call, wanted),
  });
