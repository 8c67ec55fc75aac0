// What a hook is: the shape that people write in YAML, and what may not stand together. No I/O.
import { z } from 'zod';
import { actionClasses } from '../action.ts';
import { condition } from './condition.ts';
import { fieldPath, isReserved } from './field.ts';
import { step } from './step.ts';

export const phases = ['session', 'before', 'after'] as const;
export type Phase = (typeof phases)[number];

/** A policy refuses or asks, and fails closed; the others fail open. */
export const purposes = ['policy', 'enrichment', 'notify'] as const;
export type Purpose = (typeof purposes)[number];

const modes = ['enforce', 'enforce_ignore_error', 'permissive', 'disabled'] as const;

export const hookName = z
  .string()
  .regex(/^[a-z][a-z0-9_-]{0,62}$/, 'small letters, digits, _ and -, at most 63')
  .describe('name of the hook, unique among the company’s or your own');

const glob = z.string().min(1).max(200).describe('a name, in which * and ? stand for others');
const globs = z.union([glob, z.array(glob).min(1).max(20)]);
const paramGlob = z.union([globs, z.number(), z.boolean()]);

const match = z
  .strictObject({
    tool_name: globs.optional().describe('such as jira_write_actions or slack_*'),
    service: globs.optional().describe('such as jira'),
    action: globs.optional().describe('such as create_* or delete_issue'),
    class: z.array(z.enum(actionClasses)).min(1).max(3).optional(),
    params: z.record(fieldPath, paramGlob).optional().describe('globs by parameter'),
  })
  .default({});

const shape = z.strictObject({
  name: hookName,
  description: z.string().max(500).default('').describe('what it is for'),
  phase: z.enum(phases).describe('when it runs'),
  match,
  when: condition.optional().describe('runs only where this holds'),
  order: z.int().min(-1000).max(1000).default(50).describe('lower ones run first'),
  enabled: z.boolean().optional(),
  mode: z.enum(modes).default('enforce').describe('what follows from its decisions and failures'),
  purpose: z.enum(purposes).optional().describe('of a script or webhook; policy unless said'),
  text: z.string().min(1).max(4000).optional().describe('what every session is told'),
  do: z.array(step).min(1).max(20).optional().describe('what it does, in this order'),
  script: z
    .string()
    .max(300)
    .regex(/^[uf]\/[^/\0]+\/[^\0]+$/, 'the path of a deployed script')
    .optional(),
  webhook: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
});
type Shape = z.output<typeof shape>;
type Problem = { path: PropertyKey[]; message: string };

const kinds = ['text', 'do', 'script', 'webhook'] as const;

/** Everything that a step names of the call, with where it stands. */
function* namedFields(said: Shape): Generator<{ path: PropertyKey[]; field: string }> {
  for (const [index, one] of (said.do ?? []).entries()) {
    const field = one.transform?.field;
    if (field !== undefined) yield { path: ['do', index, 'transform', 'field'], field };
  }
}

function kindProblems(said: Shape): Problem[] {
  const given = kinds.filter((kind) => said[kind] !== undefined);
  if (given.length !== 1) {
    const message = `needs one of ${kinds.join(', ')}, has ${given.join(' and ') || 'none'}`;
    return [{ path: [given[1] ?? 'name'], message }];
  }
  if ((said.phase === 'session') !== (said.text !== undefined)) {
    return [
      { path: ['phase'], message: 'text is for the phase session, and that takes only text' },
    ];
  }
  if (said.purpose !== undefined && (said.do ?? said.text) !== undefined) {
    return [
      { path: ['purpose'], message: 'is what its steps make it; only scripts and webhooks say it' },
    ];
  }
  return [];
}

function stepProblems(said: Shape): Problem[] {
  const { phase } = said;
  const root = phase === 'before' ? 'params' : 'result';
  const problems: Problem[] = [];
  for (const { path, field } of namedFields(said)) {
    const [first = '', second] = field.split('.');
    if (first !== root) {
      problems.push({ path, message: `a hook of the phase ${phase} changes only ${root}` });
    } else if (phase === 'before' && (second === undefined || isReserved(second))) {
      problems.push({ path, message: 'no hook changes service, action, confirmation or identity' });
    }
  }
  for (const [index, one] of (said.do ?? []).entries()) {
    if (one.chain && phase !== 'after') {
      problems.push({
        path: ['do', index, 'chain'],
        message: 'follows a call: use the phase after',
      });
    }
    if (one.confirm && phase !== 'before') {
      problems.push({
        path: ['do', index, 'confirm'],
        message: 'asks first: use the phase before',
      });
    }
    if (!one.inject) continue;
    const path = ['do', index, 'inject'];
    if (phase !== 'before') problems.push({ path, message: 'is for the phase before' });
    for (const name of Object.keys(one.inject).filter(isReserved)) {
      const message = 'no hook changes service, action, confirmation or identity';
      problems.push({ path: [...path, name], message });
    }
  }
  return problems;
}

export const hookShape = shape.superRefine((said, context) => {
  for (const { path, message } of [...kindProblems(said), ...stepProblems(said)]) {
    context.addIssue({ code: 'custom', path, message });
  }
});
export type HookDefinition = z.output<typeof hookShape>;

/** A file of hooks, as `import` takes it. */
export const hookFile = z.strictObject({
  version: z.literal(1),
  hooks: z.array(hookShape).min(1).max(200),
});

export function purposeOf(said: HookDefinition): Purpose {
  if (said.script !== undefined || said.webhook !== undefined) return said.purpose ?? 'policy';
  const steps = said.do ?? [];
  if (steps.some((one) => one.validate ?? one.block ?? one.confirm)) return 'policy';
  return steps.some((one) => one.inject ?? one.transform) ? 'enrichment' : 'notify';
}

/** What leaves the house by this hook needs a secret to sign with. */
export function needsSecret(said: HookDefinition): boolean {
  return said.webhook !== undefined || (said.do ?? []).some((one) => one.notify !== undefined);
}

/** Why a person may not have this hook: code and addresses are for admins. */
export function personalProblem(said: HookDefinition): Problem | undefined {
  if (said.script !== undefined)
    return { path: ['script'], message: 'code is for hooks of the company' };
  if (said.webhook !== undefined) {
    return { path: ['webhook'], message: 'webhooks are for hooks of the company' };
  }
  const index = (said.do ?? []).findIndex((one) => one.notify !== undefined);
  if (index < 0) return undefined;
  const message = 'is for hooks of the company; a personal one can chain a message';
  return { path: ['do', index, 'notify'], message };
}
