// What a token is to its owner: the fields that operations take and show. Never the secret.
import { z } from 'zod';
import { oneLine, workspaceId } from '../names.ts';
import { prefixLength } from './issue.ts';

export const tokenPrefix = z
  .string()
  .regex(new RegExp(`^[\\w-]{${prefixLength}}$`), `the first ${prefixLength} characters`)
  .describe('the first 10 characters of the token');

export const label = oneLine(200).describe('what the token is for');

export const scopes = z
  .array(z.string().max(20_000))
  .min(1, 'leave scopes out for a full token')
  .max(200)
  .describe('what the token may do, such as mcp:all or jobs:run:scripts:f/team/*');

export const newTokenFields = {
  label: label.optional(),
  expiration: z.iso
    .datetime({ offset: true })
    .nullable()
    .optional()
    .describe('when it ends, ISO 8601; null: never; left out: for mcp: scopes in 90 days'),
  scopes: scopes.optional(),
  workspaceId: workspaceId.optional().describe('the only workspace it works in'),
  readOnly: z.boolean().default(false).describe('reads only, and runs nothing'),
  inUrl: z
    .boolean()
    .default(false)
    .describe('made to stand in an MCP address as ?token=…; takes mcp: scopes alone'),
};

export const tokenMade = z.object({
  token: z.string().describe('the secret'),
  prefix: tokenPrefix,
  expiresAt: z.number().nullable().describe('epoch milliseconds; null: never'),
});
