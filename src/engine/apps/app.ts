// What an app is: the shapes on the way in and out. Its value and policy keep Windmill's names.
import { z } from 'zod';
import { itemPath } from '../scripts/index.ts';
import { executionModes, givenPolicy } from './policy.ts';

const noNul = (text: string): boolean => !text.includes('\0');

export const appVersionId = z.int().min(1).max(Number.MAX_SAFE_INTEGER).describe('version');

const json = z.record(z.string(), z.unknown());

const value = json.describe(
  'low-code: grid, subgrids, hiddenInlineScripts; full-code: files by /path, runnables by key',
);

const customPath = z
  .string()
  .max(255)
  .regex(/^[a-zA-Z0-9-]+(?:\/[a-zA-Z0-9-]+)*$/, 'letters, digits and -, in parts with / between');

const bundle = z.strictObject({
  js: z.string().max(8_000_000).refine(noNul).describe('the built JavaScript'),
  css: z.string().max(4_000_000).refine(noNul).default('').describe('the built style sheet'),
});

const writing = {
  policy: givenPolicy.optional().describe('who may use it, as whom it runs, and what may run'),
  customPath: customPath.nullish().describe('public name of its own; admins only'),
  labels: z.array(z.string().max(255)).max(100).optional().describe('labels'),
  deploymentMessage: z.string().max(1000).nullish().describe('why this version'),
  preserveOnBehalfOf: z
    .boolean()
    .default(false)
    .describe('keep policy.on_behalf_of as given; admins and the group wm_deployers only'),
  bundle: bundle.nullish().describe('full-code: built already; from the files when absent'),
  allowUnmounted: z
    .boolean()
    .default(false)
    .describe('full-code: take it although its trial run puts nothing into #root'),
  imported: z
    .boolean()
    .default(false)
    .describe('from elsewhere: scripts and flows may be missing, boxes may overlap'),
  extraPerms: z
    .record(z.string().max(100), z.boolean())
    .optional()
    .describe('principal to write permission'),
};

const summary = z.string().max(1000).refine(noNul).describe('one line');

export const newApp = z.strictObject({
  path: itemPath,
  summary: summary.default(''),
  value,
  ...writing,
});
export type NewApp = z.output<typeof newApp>;

export const appChange = z.strictObject({
  path: itemPath,
  newPath: itemPath.optional().describe('where it is from now on'),
  summary: summary.optional(),
  value: value.optional(),
  ...writing,
  parentVersion: appVersionId.optional().describe('refuse when the head is another version'),
  allowKindChange: z
    .boolean()
    .default(false)
    .describe('a full-code app may become a low-code one, and the other way round'),
});
export type AppChange = z.output<typeof appChange>;

export const deployed = z.object({
  path: itemPath,
  version: appVersionId,
  warnings: z.array(z.string().max(2000)).max(100).describe('what may be wrong'),
});
export type Deployed = z.output<typeof deployed>;

const listed = {
  id: z.number(),
  workspaceId: z.string(),
  path: z.string(),
  summary: z.string(),
  version: z.number(),
  rawApp: z.boolean(),
  executionMode: z.enum(executionModes),
  extraPerms: z.record(z.string(), z.boolean()),
  labels: z.array(z.string()),
  editedBy: z.string(),
  editedAt: z.number(),
  starred: z.boolean().optional(),
};

export const appRow = z.object(listed);
/** A row of a list. */
export type AppRow = z.output<typeof appRow>;

export const app = z.object({
  ...listed,
  value: json,
  policy: json,
  customPath: z.string().nullable(),
  versions: z.array(z.number()).describe('oldest first'),
  createdBy: z.string(),
  createdAt: z.number(),
  bundleSecret: z.string().nullable().describe('full-code: opens its built files'),
});
/** One version with what its app says now. */
export type App = z.output<typeof app>;

export const component = z
  .string()
  .min(1)
  .max(200)
  .describe('id of the component, bg_<n> of a background runnable, or key of a runnable');

export const secret = z
  .string()
  .regex(/^\w{32}$/, '32 letters and digits')
  .describe('secret of an address');
