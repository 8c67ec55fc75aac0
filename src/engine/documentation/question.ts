// The question that both searches take.
import { z } from 'zod';

export const question = z
  .string()
  .trim()
  .min(1)
  .max(1000)
  .describe('a question or some words, such as "retry a failed step"');
