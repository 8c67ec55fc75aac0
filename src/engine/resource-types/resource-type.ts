// What a resource type is: its shapes. The starter set is in `starters.ts`. No I/O.
import { z } from 'zod';
import { typeName } from '../resources/index.ts';
import { itemDescription } from '../variables/index.ts';

const fields = {
  schema: z.record(z.string(), z.unknown()).describe('JSON Schema of the value'),
  description: itemDescription,
  displayName: z.string().max(200).nullish().describe('name for people'),
  formatExtension: z
    .string()
    .max(20)
    .regex(/^[A-Za-z0-9.]*$/, 'letters and digits')
    .nullish()
    .describe('the value is a file with this ending'),
  isFileset: z.boolean().describe('the value is several files'),
};

export const newResourceType = z.strictObject({
  name: typeName,
  ...fields,
  schema: fields.schema.default({}),
  description: fields.description.default(''),
  isFileset: fields.isFileset.default(false),
});
export type NewResourceType = z.output<typeof newResourceType>;

export const resourceTypeChange = z.strictObject({
  name: typeName,
  schema: fields.schema.optional(),
  description: fields.description.optional(),
  displayName: fields.displayName,
  isFileset: fields.isFileset.optional(),
});
export type ResourceTypeChange = z.output<typeof resourceTypeChange>;

export const resourceType = z.object({
  name: z.string(),
  workspaceId: z.string().nullable().describe('null: part of Millrace'),
  schema: z.record(z.string(), z.unknown()),
  description: z.string(),
  displayName: z.string().nullable(),
  formatExtension: z.string().nullable(),
  isFileset: z.boolean(),
  createdBy: z.string().nullable(),
  editedAt: z.number().nullable(),
});
export type ResourceType = z.output<typeof resourceType>;
