// A file of an extension as operations take it, and what is wrong with one as they tell it.
import { z } from 'zod';

export const source = z.string().min(1).max(65_536).describe('the file, YAML');

export const problems = z
  .array(
    z.object({
      line: z.number(),
      column: z.number(),
      path: z.string().describe('such as actions.0.request'),
      message: z.string(),
    }),
  )
  .describe('what is wrong with the file');
