// serviceAudit.throughput
import { z } from 'zod';
import { operation, pageFields } from '../../../operation/index.ts';
import { named, selectionFields } from '../fields.ts';
import type { Reader } from '../reader.ts';
import { bucketKinds } from '../throughput.ts';

const { after, before, subject, service } = selectionFields;

export const serviceThroughput = (reader: Reader) =>
  operation({
    name: 'serviceAudit.throughput',
    summary: 'List how much went through services, by hour or day, person and action (admins).',
    risk: 'read',
    action: 'gateway_admin:read',
    input: z.strictObject({
      kind: z.enum(bucketKinds).default('day').describe('hours are kept as long as rows'),
      after,
      before,
      subject,
      service,
      ...pageFields,
    }),
    output: z.array(
      z.object({
        kind: z.enum(bucketKinds),
        startsAt: z.number().describe('epoch milliseconds'),
        subject: z.string(),
        ...named,
        service: z.string(),
        action: z.string(),
        client: z.string(),
        actor: z.string().describe('who acted for them; empty: they themselves'),
        calls: z.number(),
        bytesIn: z.number(),
        bytesOut: z.number(),
        failedCalls: z.number().describe('refused ones too'),
        failedBytes: z.number(),
        firstAt: z.number(),
        lastAt: z.number(),
      }),
    ),
    run: (call, wanted) => reader.throughput(call, wanted),
  });
