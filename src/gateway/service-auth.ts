// How people prove themselves to a service that an admin brings, as the admin says it.
import { z } from 'zod';

/** A header line cannot be broken out of. */
const headerText = z
  .string()
  .max(100)
  .regex(/^[\x20-\x7e]*$/);

/** They belong to the connection or the body, and so to whoever sends the request. */
const ofTheRequest =
  /^(?:host|connection|keep-alive|transfer-encoding|te|trailer|upgrade|expect|accept-encoding)$/i;

/** Header lines that nobody gives a service of their own. */
export const isOfTheRequest = (header: string): boolean =>
  ofTheRequest.test(header) || /^(?:content|proxy)-/i.test(header);

export const serviceAuth = z
  .discriminatedUnion('kind', [
    z.strictObject({ kind: z.literal('none') }),
    z.strictObject({
      kind: z.literal('key'),
      header: headerText
        .regex(/^[\w-]+$/)
        .refine((header) => !isOfTheRequest(header), 'is no header for a key')
        .default('authorization'),
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
