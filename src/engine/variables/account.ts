// What an OAuth account is: the shapes on the way in and out. No I/O.
import { z } from 'zod';

export const accountId = z.int().min(1).max(2_147_483_647).describe('id of the account');

const text = (max: number) => z.string().min(1).max(max);

export const newAccount = z.strictObject({
  client: text(100).describe('name of the service, for people'),
  grantType: z
    .enum(['refresh_token', 'client_credentials'])
    .default('refresh_token')
    .describe('how a new token is got (RFC 6749 sections 6 and 4.4)'),
  tokenUrl: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .describe('the token endpoint'),
  clientId: text(1000).describe('client id at the service'),
  clientSecret: z
    .string()
    .max(4000)
    .default('')
    .describe('client secret; empty for public clients'),
  refreshToken: z.string().max(10_000).default('').describe('with grantType refresh_token'),
  scopes: z.array(text(500)).max(100).default([]).describe('scopes to ask for'),
  expiresIn: z.int().min(0).max(31_536_000).describe('seconds that the token at hand still holds'),
});
export type NewAccount = z.output<typeof newAccount>;

export const account = z.object({
  id: z.number(),
  client: z.string(),
  grantType: z.string(),
  tokenUrl: z.string(),
  clientId: z.string(),
  scopes: z.array(z.string()),
  expiresAt: z.number(),
  refreshedAt: z.number().nullable(),
  refreshError: z.string().nullable().describe('why the last try failed'),
  createdBy: z.string(),
});
/** Never the secrets. */
export type Account = z.output<typeof account>;

/** What a token endpoint answers (RFC 6749 sections 5.1 and 5.2). */
export const tokenAnswer = z.looseObject({
  access_token: z.string().min(1).optional(),
  refresh_token: z.string().optional(),
  // What says nothing sensible is as good as nothing.
  expires_in: z.coerce.number().int().min(1).max(31_536_000).optional().catch(undefined),
  error: z.string().optional(),
});
