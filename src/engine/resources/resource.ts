// What a resource is: the shapes on the way in and out. No I/O.
import { z } from 'zod';
import { itemPath } from '../scripts/index.ts';
import { grants, itemDescription, itemLabels } from '../variables/index.ts';

/** `json` keeps an escaped NUL, but filters cast to `jsonb`, which refuses it. */
const holdsNul = (value: unknown): boolean =>
  /(?<!\\)(?:\\\\)*\\u0000/.test(JSON.stringify(value) ?? '');

export const resourceValue = z
  .unknown()
  .default(null)
  .refine((value) => !holdsNul(value), 'may not hold a NUL character')
  .describe('any JSON; texts that are exactly $var:<path> or $res:<path> stand for others');

export const typeName = z
  .string()
  .max(100)
  .regex(/^[A-Za-z0-9_-]+$/, 'letters, digits, _ and -')
  .describe('name of the resource type, such as postgresql');

export const newResource = z.strictObject({
  path: itemPath,
  value: resourceValue,
  resourceType: typeName,
  description: itemDescription.default(''),
  labels: itemLabels.default([]),
  extraPerms: grants.default({}),
  updateIfExists: z.boolean().default(false).describe('replace one that is there'),
});
export type NewResource = z.output<typeof newResource>;

export const resourceChange = z.strictObject({
  path: itemPath,
  newPath: itemPath.optional().describe('moves it there'),
  value: resourceValue.unwrap().optional().describe('the new value, whole'),
  resourceType: typeName.optional(),
  description: itemDescription.optional(),
  labels: itemLabels.optional(),
  extraPerms: grants.optional(),
});
export type ResourceChange = z.output<typeof resourceChange>;

export const resourceRow = z.object({
  workspaceId: z.string(),
  path: z.string(),
  resourceType: z.string(),
  description: z.string(),
  isOauth: z.boolean(),
  extraPerms: grants,
  labels: z.array(z.string()),
  createdBy: z.string(),
  editedAt: z.number(),
});
/** Lists leave the value out: people write secrets into it. */
export type ResourceRow = z.output<typeof resourceRow>;

export const resource = resourceRow.extend({
  value: z.unknown().describe('references stand as they were written'),
});
export type Resource = z.output<typeof resource>;
