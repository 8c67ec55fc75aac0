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
  ])
  .describe('how people prove themselves: none, a key in a header, or account and password');
