// The shapes of gates in answers.
import { z } from 'zod';
import { categories } from './categories.ts';

export const actionName = z.string().min(1).max(200).describe('name of the action');

export const openGate = z.object({
  service: z.string(),
  action: z.string(),
  reason: z.string(),
  enabledBy: z.string(),
  enabledAt: z.number(),
  expiresAt: z.number().nullable(),
});

export const categoryGate = z.object({
  category: z.enum(categories).describe('kind of risk'),
  gate: z
    .enum(['closed', 'confirmed'])
    .describe('closed: an admin enables each action; confirmed: asking the person is enough'),
});
