// What goes in with a key, and what comes back: never the key.
import { z } from 'zod';
import { serviceName } from '../name.ts';

export const keyInput = z.strictObject({
  service: serviceName,
  account: z.string().max(300).default('').describe('the account, where the service wants one'),
  secret: z.string().min(1).max(10_000).describe('the key or token; it is never shown again'),
});

export const keyOutput = z.object({ service: z.string(), account: z.string() });
