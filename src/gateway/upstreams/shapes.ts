// The shapes of MCP servers in answers.
import { z } from 'zod';
import { actionClasses } from '../action.ts';

export const found = {
  name: z.string(),
  new: z.number().describe('tools that nobody approved yet'),
  quarantined: z.number().describe('tools that changed since they were approved'),
  approved: z.number().describe('tools in use'),
  gone: z.number().describe('tools that the server lists no more'),
};

export const upstream = {
  name: z.string(),
  title: z.string(),
  address: z.string().nullable(),
  program: z
    .object({ command: z.string(), args: z.array(z.string()), readable: z.array(z.string()) })
    .nullable(),
  auth: z.string(),
  timeoutSeconds: z.number(),
  updatedBy: z.string(),
  updatedAt: z.number(),
};

export const tool = z.object({
  name: z.string(),
  title: z.string().nullable(),
  description: z.string().describe('without hidden characters'),
  inputSchema: z.record(z.string(), z.unknown()),
  annotations: z.record(z.string(), z.unknown()).nullable(),
  state: z.enum(['new', 'approved', 'quarantined', 'gone']),
  digest: z.string().describe('of what the server lists now; upstreams.approve takes it'),
  class: z.enum(actionClasses),
  listed: z.boolean(),
  flags: z
    .array(z.object({ kind: z.string(), excerpt: z.string() }))
    .describe('what may be aimed at the model'),
  changes: z
    .array(
      z.object({ field: z.string(), before: z.string().nullable(), after: z.string().nullable() }),
    )
    .describe('since it was approved'),
  seenAt: z.number(),
  approvedBy: z.string().nullable(),
  approvedAt: z.number().nullable(),
});
