// What operations say about deleted items.
import { z } from 'zod';

export const trashId = z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe('id in the trash');

export const trashKind = z
  .enum(['script', 'flow', 'app', 'variable', 'resource'])
  .describe('script, flow, app, variable or resource');

const row = z.record(z.string(), z.unknown());

export const trashed = z.object({
  id: trashId,
  workspaceId: z.string(),
  kind: trashKind,
  path: z.string(),
  extraPerms: z.record(z.string(), z.boolean()),
  deletedBy: z.string(),
  deletedAt: z.number().describe('epoch milliseconds; kept for 30 days'),
});

export const trashedItem = trashed.extend({
  rows: z.array(row).describe('as they were stored'),
  versions: z.array(row).nullable().describe('of an app'),
});
