// Fields that the operations on the log of service calls share.
import { z } from 'zod';
import { exportFormats } from './export.ts';
import { decisions } from './row.ts';

const text = z.string().max(300);
const moment = z.int().min(0);

/** What narrows a list. */
export const selectionFields = {
  after: moment.optional().describe('epoch milliseconds: calls that began later'),
  before: moment.optional().describe('epoch milliseconds: calls that began earlier'),
  subject: text.optional().describe('in whose name: username, e-mail address or account id'),
  actor: text.optional().describe('who acted for them, as the row says it'),
  service: text.optional().describe('name of the service'),
  action: text.optional().describe('name of the action'),
  decision: z.enum(decisions).optional().describe('what became of it'),
  reasonCode: text.optional().describe('why it was refused or failed'),
};

export const exportSelection = z.strictObject({
  format: z.enum(exportFormats).default('jsonl').describe('JSON lines, or CSV'),
  ...selectionFields,
});

/** A row as it is stored and exported. */
export const storedRow = z.object({
  id: z.string().describe('of the call; refusals name it as audit_id'),
  at: z.number().describe('epoch milliseconds'),
  workspace: z.string(),
  subject: z.string().nullable().describe('id of the account in whose name it was done'),
  actor: z.string().nullable().describe('who acted for them; null: they themselves'),
  delegationId: z.string().nullable(),
  grantId: z.string().nullable(),
  jobId: z.string().nullable(),
  instance: z.string().nullable().describe('where a delegated call came from'),
  service: z.string(),
  action: z.string(),
  class: z.string().nullable().describe('read, write or high_risk; null: unknown action'),
  decision: z.enum(decisions),
  reasonCode: z.string().nullable(),
  hook: z.string().nullable().describe('the hook that decided'),
  piiCounts: z.record(z.string(), z.number()).nullable().describe('values that were hidden'),
  durationMs: z.number().nullable(),
  upstreamMs: z.number().nullable(),
  bytesIn: z.number().describe('of the parameters'),
  bytesOut: z.number().describe('of the answer'),
  client: z.string().nullable().describe('as it calls itself'),
  requestHash: z.string().nullable().describe('the same for the same parameters'),
  schemaHash: z.string().nullable().describe('of the definition of the action'),
  causedBy: z.string().nullable().describe('the call that this one followed from'),
  chain: z.string().nullable(),
  seq: z.number().nullable().describe('place in the chain, from 1'),
  prevHash: z.string().nullable(),
  rowHash: z.string().nullable(),
});

/** What data usage can be summed up by. */
export const usageAxes = ['person', 'service', 'delegation', 'client'] as const;

export const usageRow = z.object({
  day: z.number().describe('its beginning (UTC), epoch milliseconds'),
  what: z.string().describe('account id, name of the service, who acted, or client'),
  calls: z.number(),
  bytesIn: z.number().describe('of parameters'),
  bytesOut: z.number().describe('of answers'),
  failedCalls: z.number().describe('refused ones too'),
  people: z.number().describe('how many people it is of'),
});
export type UsageRow = z.output<typeof usageRow>;

export const named = {
  subjectEmail: z.string().nullable().describe('null when the account is gone'),
  subjectUsername: z.string().nullable(),
};

export const settingFields = {
  retentionDays: z.number().describe('rows are deleted a day later'),
  alertMbPerHour: z.number().describe('of one person; 0: no alert'),
  readsWithoutAudit: z.boolean().describe('reads go on while rows cannot be stored'),
  alertHost: z.string().nullable().describe('where alerts are sent; null: nowhere'),
};
