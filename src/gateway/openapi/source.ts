// What an admin gives of an OpenAPI service, checked.
import { z } from 'zod';

export const source = {
  document: z.string().max(20_000_000).optional().describe('the document, JSON or YAML'),
  address: z.string().max(2000).optional().describe('or where it is'),
};

/** A header line cannot be broken out of. */
const headerText = z
  .string()
  .max(100)
  .regex(/^[\x20-\x7e]*$/);

export const auth = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({
      kind: z.literal('key'),
      header: headerText.regex(/^[\w-]+$/).default('authorization'),
      prefix: headerText.default('Bearer '),
    }),
    z.strictObject({ kind: z.literal('basic') }),
    z.strictObject({
      kind: z.literal('oauth'),
      issuer: z.url({ protocol: /^https?$/ }).max(2000),
      scopes: z.array(z.string().min(1).max(500)).max(100).default([]),
    }),
  ])
  .describe('how people prove themselves: none, key in a header, account and password, or oauth');
