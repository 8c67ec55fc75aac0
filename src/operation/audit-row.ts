// The shape of an audit row in answers.
import { z } from 'zod';
import { auditKinds } from './audit.ts';

export const auditRow = z.object({
  id: z.string(),
  number: z.number().describe('another name of the row, which counts up'),
  kind: z.enum(auditKinds).describe('what the call did, by its name'),
  at: z.number().describe('epoch milliseconds'),
  workspace: z.string().nullable(),
  email: z.string(),
  username: z.string(),
  callerKind: z.string(),
  tokenPrefix: z.string().nullable(),
  jobId: z.string().nullable(),
  surface: z.string(),
  operation: z.string(),
  risk: z.string(),
  target: z.string().nullable(),
  outcome: z.enum(['ok', 'refused', 'failed']),
  code: z.string().nullable().describe('the error of a call that did not go through'),
  durationMs: z.number(),
  times: z.number().describe('how many refused calls of one sender the row stands for; else 1'),
  causedBy: z.string().nullable(),
});
