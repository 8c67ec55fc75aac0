// What a variable is: the shapes on the way in and out. No I/O.
import { z } from 'zod';
import { itemPath } from '../scripts/index.ts';

// PostgreSQL cannot store NUL in text.
const noNul = (text: string): boolean => !text.includes('\0');

const value = z
  .string()
  .max(200_000)
  .refine(noNul, 'may not hold a NUL character')
  .describe('the value as text');

export const itemDescription = z
  .string()
  .max(50_000)
  .refine(noNul, 'may not hold a NUL character')
  .describe('what it is for, Markdown');

const principal = z
  .string()
  .max(254)
  .regex(/^(?:u\/[\w.@+-]+|g\/[\w-]+)$/, 'u/<username> or g/<group>');

export const grants = z
  .record(principal, z.boolean())
  .refine((perms) => Object.keys(perms).length <= 1000, 'at most 1000 principals')
  .describe('principal to write permission: {"g/ops": false}');

export const itemLabels = z
  .array(z.string().max(100).refine(noNul, 'may not hold a NUL character'))
  .max(50)
  .describe('labels');

const fields = {
  account: z.int().min(0).max(2_147_483_647).nullish().describe('OAuth account behind it'),
  isOauth: z.boolean().describe('kept fresh by OAuth'),
  expiresAt: z.int().min(0).nullish().describe('epoch milliseconds; gone from then on'),
  labels: itemLabels,
  extraPerms: grants,
  alreadyEncrypted: z
    .boolean()
    .default(false)
    .describe('the value is ciphertext of this workspace, as includeEncrypted gives it'),
};

export const newVariable = z.strictObject({
  path: itemPath,
  value,
  isSecret: z.boolean().default(false).describe('encrypted, and masked in logs'),
  description: itemDescription.default(''),
  ...fields,
  isOauth: fields.isOauth.default(false),
  labels: itemLabels.default([]),
  extraPerms: grants.default({}),
});
export type NewVariable = z.output<typeof newVariable>;

export const variableChange = z.strictObject({
  path: itemPath,
  newPath: itemPath.optional().describe('moves it there'),
  value: value.optional(),
  isSecret: z.boolean().optional().describe('encrypted, and masked in logs'),
  description: itemDescription.optional(),
  account: fields.account,
  isOauth: fields.isOauth.optional(),
  expiresAt: fields.expiresAt,
  labels: itemLabels.optional(),
  extraPerms: grants.optional(),
  alreadyEncrypted: fields.alreadyEncrypted,
});
export type VariableChange = z.output<typeof variableChange>;

export const variable = z.object({
  workspaceId: z.string(),
  path: z.string(),
  value: z.string().nullable().describe('null for what is not shown: secrets in lists'),
  isSecret: z.boolean(),
  description: z.string(),
  account: z.number().nullable(),
  isOauth: z.boolean(),
  isExpired: z.boolean(),
  expiresAt: z.number().nullable(),
  extraPerms: grants,
  labels: z.array(z.string()),
});
export type Variable = z.output<typeof variable>;
