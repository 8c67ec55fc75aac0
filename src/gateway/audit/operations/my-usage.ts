// serviceAudit.myUsage
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { selectionFields, usageAxes, usageRow } from '../fields.ts';
import type { Reader } from '../reader.ts';

const { after, before, service } = selectionFields;

export const myServiceUsage = (reader: Reader) =>
  operation({
    name: 'serviceAudit.myUsage',
    summary: 'Sum up how much went through services in your own name, by the day.',
    risk: 'read',
    action: 'gateway:read',
    input: z.strictObject({
      by: z.enum(usageAxes).default('service').describe('delegation: who acted for you'),
      after,
      before,
      service,
      ...pageFields,
    }),
    output: z.array(usageRow),
    run: (call, wanted) => reader.ownUsage(call, wanted),
  });
