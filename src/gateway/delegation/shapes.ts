// What operations of delegation take and answer.
import { z } from 'zod';
import { serviceClasses } from '../../engine/index.ts';

export const stateShape = z.object({
  enabled: z.boolean(),
  approveReads: z.boolean(),
  changedBy: z.string().nullable(),
  changedAt: z.number().nullable(),
});

export const instanceId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9_-]{0,62}$/, 'small letters, digits, - and _')
  .describe('id of an instance; local is this server');

export const instanceShape = z.object({
  id: z.string(),
  name: z.string(),
  address: z.string(),
  remoteWorkspace: z.string(),
  createdBy: z.string(),
  createdAt: z.number(),
});

export const clientId = z.string().min(1).max(100).describe('id of the client');

export const clientShape = z.object({
  id: z.string(),
  instance: z.string(),
  name: z.string(),
  hasSecret: z.boolean(),
  createdBy: z.string(),
  createdAt: z.number(),
  usedAt: z.number().nullable(),
});

export const grantId = z.uuid().describe('id of the grant');

export const grantShape = z.object({
  id: z.string(),
  userId: z.string().describe('whom the flow acts for'),
  instance: z.string(),
  remoteWorkspace: z.string(),
  flowPath: z.string().describe('of a job file: <flow>#<repository>[#<branch>]:<name>'),
  clientId: z.string().nullable(),
  status: z.enum(['pending', 'active', 'revoked', 'expired']),
  services: z
    .record(z.string(), z.array(z.enum(serviceClasses)).readonly())
    .describe('what it declares'),
  declarationHash: z.string(),
  code: z
    .array(z.object({ what: z.string(), version: z.string(), by: z.string() }))
    .describe('what runs, and who deployed it'),
  codeHash: z.string().describe('of the code; approve names it'),
  approvedBy: z.string().nullable(),
  approvedAt: z.number().nullable(),
  endedBy: z.string().nullable(),
  endedAt: z.number().nullable(),
  createdAt: z.number(),
  lastUsedAt: z.number().nullable(),
  expiresAt: z.number(),
});

export const highRiskShape = z.object({
  id: z.string(),
  userId: z.string().nullable().describe('null: whoever the flow acts for'),
  instance: z.string(),
  remoteWorkspace: z.string(),
  flowPath: z.string(),
  service: z.string(),
  action: z.string().nullable().describe('null: all that is high risk'),
  reason: z.string(),
  grantedBy: z.string(),
  createdAt: z.number(),
  expiresAt: z.number(),
  endedBy: z.string().nullable(),
  endedAt: z.number().nullable(),
});

export const exchangeShape = z.object({
  id: z.string().describe('the audit_id that the caller was told'),
  at: z.number(),
  clientId: z.string().nullable(),
  instance: z.string().nullable(),
  jobId: z.string().nullable(),
  actor: z.string().nullable().describe('the flow'),
  subject: z.string().nullable().describe('whom it acts for'),
  scope: z.string().nullable().describe('what it was given'),
  reasonCode: z.string().nullable().describe('null: it was given a token'),
});
