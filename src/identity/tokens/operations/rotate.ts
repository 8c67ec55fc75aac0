// tokens.rotate
import { z } from 'zod';
import { operation } from '../../../operation/index.ts';
import { tokenPrefix } from '../token.ts';
import type { Tokens } from '../tokens.ts';

const weekMs = 7 * 24 * 60 * 60 * 1000;

export const rotateToken = (tokens: Tokens) =>
  operation({
    name: 'tokens.rotate',
    summary: 'Give a token of your own a new secret; the old one ends at once or after a grace.',
    risk: 'write',
    action: 'tokens:write',
    on: ({ prefix }) => prefix,
    input: z.strictObject({
      prefix: tokenPrefix,
      graceMs: z
        .int()
        .min(0)
        .max(weekMs)
        .default(0)
        .describe('how long the old one still works, in milliseconds; 0: not at all'),
    }),
    output: z.object({
      token: z.string().describe('the new secret'),
      prefix: tokenPrefix,
      expiresAt: z.number().nullable().describe('epoch milliseconds; null: never'),
      oldEndsAt: z.number().describe('epoch milliseconds'),
    }),
    run: (call, { prefix, graceMs }) => tokens.rotate(call, prefix, graceMs),
  });
