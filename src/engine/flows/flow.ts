// What a flow is: the shapes on the way in and out. Its value is described in `value.ts`.
import { z } from 'zod';
import { itemPath, refinePolicy } from '../scripts/index.ts';

const noNul = (text: string): boolean => !text.includes('\0');

const object = z.record(z.string(), z.unknown());

export const flowVersionId = z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe('version');

const flowText = z
  .record(z.string(), z.unknown())
  .describe('OpenFlow: modules, each with an id and a value, and how they follow each other');

export const newFlow = z.strictObject({
  path: itemPath,
  summary: z.string().max(1000).refine(noNul).default('').describe('one line'),
  description: z.string().max(50_000).refine(noNul).default('').describe('Markdown'),
  value: flowText,
  schema: object.nullish().describe('JSON Schema of the arguments'),
  tag: z
    .string()
    .max(100)
    .nullish()
    .describe('worker tag of its steps; scripts and sub-flows with a tag keep theirs'),
  timeout: z.int().min(1).max(604_800).nullish().describe('kept; steps have timeouts'),
  deploymentMessage: z.string().max(1000).nullish().describe('why this version'),
  allowMissing: z
    .boolean()
    .default(false)
    .describe('keep a flow whose scripts or sub-flows do not exist yet; it fails when run'),
  extraPerms: z
    .record(z.string().max(100), z.boolean())
    .optional()
    .describe('principal to write permission'),
  extra: object
    .superRefine(refinePolicy)
    .default({})
    .describe('priority; other Windmill fields are kept as they are'),
});
export type NewFlow = z.output<typeof newFlow>;

/** What writing a flow answers. */
export const writtenFlow = z.object({
  path: itemPath,
  version: flowVersionId,
  warnings: z.array(z.string()).describe('steps that are kept and fail when they run, and why'),
});
export type WrittenFlow = z.output<typeof writtenFlow>;

export const flow = z.object({
  workspaceId: z.string(),
  path: z.string(),
  summary: z.string(),
  description: z.string(),
  value: object.optional(),
  schema: object.optional(),
  editedBy: z.string(),
  editedAt: z.number(),
  archived: z.boolean(),
  extraPerms: z.record(z.string(), z.boolean()),
  tag: z.string().nullable(),
  timeout: z.number().nullable(),
  versionId: z.number(),
  extra: object,
  starred: z.boolean().optional(),
});
/** One version. Lists leave `value` and `schema` out. */
export type Flow = z.output<typeof flow>;
