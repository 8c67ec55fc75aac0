// How operations take and show hooks.
import { z } from 'zod';
import { actionClasses } from '../action.ts';
import { hookName, phases, purposes } from './definition.ts';
import { decisions } from './outcome.ts';
import { followUp } from './step.ts';

/** Bytes are counted where it is read; no character is shorter than one. */
const maxSourceLength = 65_536;

export const hookSource = z
  .string()
  .min(1)
  .max(maxSourceLength)
  .describe('one hook as YAML, or as JSON: see docs/how-to/hooks.md');
export const hookFileSource = z
  .string()
  .min(1)
  .max(maxSourceLength)
  .describe('YAML with `version: 1` and a list of `hooks`');

export const byName = { name: hookName };

export const hookEntry = z.object({
  name: z.string(),
  description: z.string(),
  phase: z.enum(phases),
  kind: z.enum(['steps', 'script', 'text', 'webhook']),
  purpose: z.enum(purposes).describe('a policy refuses or asks, and fails closed'),
  order: z.number(),
  mode: z.string(),
  enabled: z.boolean(),
  builtIn: z.boolean(),
  version: z.number(),
  problem: z.string().nullable().describe('why it is not in force as it stands'),
  updatedBy: z.string(),
  updatedAt: z.number(),
});
export type HookEntry = z.output<typeof hookEntry>;

const hookVersion = z.object({
  version: z.number(),
  source: z.string(),
  updatedBy: z.string(),
  updatedAt: z.number(),
});
export type HookVersion = z.output<typeof hookVersion>;

export const wholeHook = z.object({
  name: z.string(),
  source: z.string(),
  builtIn: z.boolean(),
  versions: z.array(hookVersion).describe('newest first, at most 50'),
});

export const saved = z.object({
  name: z.string(),
  version: z.number(),
  secret: z.string().optional().describe('to check signatures with; shown this once'),
});
export type Saved = z.output<typeof saved>;

const name = z.string().min(1).max(100);

export const exampleCall = {
  phase: z.enum(['before', 'after']).default('before').describe('before the call, or after it'),
  service: name.describe('name of the service, such as jira'),
  action: name.describe('name of the action, such as create_issue'),
  class: z.enum(actionClasses).default('write').describe('class of the action'),
  params: z.record(z.string(), z.unknown()).default({}).describe('parameters of the call'),
  result: z.unknown().optional().describe('its answer, for the phase after'),
  source: hookSource.optional().describe('a hook to try alone, before it is saved'),
};
export type ExampleCall = z.output<z.ZodObject<typeof exampleCall>>;

export const exampleSubject = z
  .strictObject({
    username: name.describe('name of the person'),
    email: z.string().max(320).default('').describe('e-mail address of the person'),
    role: z.enum(['operator', 'developer', 'admin']).default('developer').describe('role'),
    groups: z.array(name).max(100).default(['all']).describe('groups without g/'),
  })
  .optional()
  .describe('whom to try it as; the caller unless said');
export type ExampleSubject = z.output<typeof exampleSubject>;

export const verdict = z.object({
  hooks: z
    .array(
      z.object({
        hook: z.string(),
        scope: z.enum(['company', 'personal', 'builtin']),
        decision: z.enum([...decisions, 'not_applied']),
        reason: z.string().nullable(),
        durationMs: z.number(),
      }),
    )
    .describe('in the order in which they were asked, up to a refusal'),
  refusal: z.string().nullable(),
  confirm: z.string().nullable().describe('why the person would have to agree first'),
  params: z.record(z.string(), z.unknown()),
  result: z.unknown(),
  notes: z.array(z.string()),
  warnings: z.array(z.string()),
  followUps: z.array(followUp.extend({ hook: z.string() })),
});
export type Verdict = z.output<typeof verdict>;
