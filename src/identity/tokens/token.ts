// What a token is to its owner: the fields that operations take and show. Never the secret.
import { z } from 'zod';
import { oneLine } from '../names.ts';
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
