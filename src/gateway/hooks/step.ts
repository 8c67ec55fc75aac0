// The verbs of a declarative hook: what they look like and what they do to a call. Pure: what has
// to be sent or started is only written down here.
import { z } from 'zod';
import { changed, filler, templateProblem, valueFiller } from './field.ts';
import { compileCondition, condition, type Facts } from './condition.ts';
import { transform, type Transform, transformer } from './transform.ts';

const template = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .superRefine((text, context) => {
      const message = templateProblem(text);
      if (message !== undefined) context.addIssue({ code: 'custom', message });
    });
const message = template(1000).describe('one sentence; {{params.summary}} stands for the field');
const actionName = z.string().regex(/^[a-zA-Z][a-zA-Z0-9_]{0,99}$/, 'the name of an action');

export const maxFollowUps = 5;

/** A call that is made after this one, for the same person, under the same policy. */
export const followUp = z.strictObject({
  service: z.string().regex(/^[a-z][a-z0-9_]{0,62}$/, 'the name of a service'),
  action: actionName,
  params: z.record(z.string().max(100), z.unknown()).default({}),
});
export type FollowUp = z.output<typeof followUp>;

const verbs = {
  validate: z.strictObject({ that: condition, message }).optional(),
  block: z.strictObject({ message }).optional(),
  confirm: z.strictObject({ message }).optional(),
  inject: z.record(z.string().min(1).max(100), z.unknown()).optional(),
  transform: transform.optional(),
  instruct: z.strictObject({ text: template(4000) }).optional(),
  notify: z.strictObject({ message, url: z.url({ protocol: /^https?$/ }).max(2000) }).optional(),
  chain: followUp.optional(),
};
type Verb = keyof typeof verbs;
const verbNames = Object.keys(verbs) as Verb[];

/** One verb, perhaps under a condition of its own. */
export const step = z
  .strictObject({ when: condition.optional(), ...verbs })
  .superRefine((said, context) => {
    const given = verbNames.filter((name) => said[name] !== undefined);
    if (given.length === 1) return;
    const has = given.length === 0 ? 'none' : given.join(' and ');
    context.addIssue({
      code: 'custom',
      path: given[1] === undefined ? [] : [given[1]],
      message: `a step has one verb of ${verbNames.join(', ')}; this one has ${has}`,
    });
  });
export type Step = z.output<typeof step>;

/** What a hook has to say about a call; `params` and `result` are new where it changed them. */
export interface Answer {
  deny?: string;
  confirm?: string;
  params?: Record<string, unknown>;
  result?: { value: unknown };
  notes: string[];
  warnings: string[];
  followUps: FollowUp[];
  notices: { url: string; message: string }[];
}

export const silence = (): Answer => ({ notes: [], warnings: [], followUps: [], notices: [] });

/** The call as the steps so far have left it. */
function currentOf(facts: Facts, { params, result }: Answer): Facts {
  if (!params && !result) return facts;
  const root = {
    ...facts.root,
    ...(params && { params }),
    ...(result && { result: result.value }),
  };
  return { ...facts, root };
}

const isPlain = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** What is absent is put in, lists gain what they lack, objects go on below; the rest stays. */
function injected(old: unknown, fresh: unknown): unknown {
  if (old === undefined || old === null) return fresh;
  if (Array.isArray(old) && Array.isArray(fresh)) {
    return [...old, ...fresh.filter((value) => !old.includes(value))];
  }
  if (!isPlain(old) || !isPlain(fresh)) return old;
  const names = [...new Set([...Object.keys(old), ...Object.keys(fresh)])];
  return Object.fromEntries(
    names.map((name) => {
      const own = Object.hasOwn(old, name) ? old[name] : undefined;
      return [name, Object.hasOwn(fresh, name) ? injected(own, fresh[name]) : own];
    }),
  );
}

type Act = (facts: Facts, answer: Answer) => void;

const paramsOf = (facts: Facts): Record<string, unknown> =>
  facts.root['params'] as Record<string, unknown>;

function compileTransform(said: Transform): Act {
  const [root = '', ...parts] = said.field.split('.');
  const change = transformer(said);
  return (facts, answer) => {
    const fresh = changed(facts.root[root], parts, (old) => {
      facts.tick();
      return change(old, { root: facts.root, note: (text) => answer.notes.push(text) });
    });
    if (root === 'params') answer.params = fresh as Record<string, unknown>;
    else answer.result = { value: fresh };
  };
}

function compileVerb(said: Step): Act {
  const { validate, block, confirm, inject, instruct, notify, chain } = said;
  if (validate) {
    const holds = compileCondition(validate.that);
    const fill = filler(validate.message);
    return (facts, answer) => {
      if (!holds(facts)) answer.deny ??= fill(facts.root);
    };
  }
  if (block) {
    const fill = filler(block.message);
    return (facts, answer) => {
      answer.deny ??= fill(facts.root);
    };
  }
  if (confirm) {
    const fill = filler(confirm.message);
    return (facts, answer) => {
      answer.confirm ??= fill(facts.root);
    };
  }
  if (inject) {
    const fill = valueFiller(inject);
    return (facts, answer) => {
      answer.params = injected(paramsOf(facts), fill(facts.root)) as Record<string, unknown>;
    };
  }
  if (said.transform) return compileTransform(said.transform);
  if (notify) {
    const fill = filler(notify.message);
    return ({ root }, answer) => answer.notices.push({ url: notify.url, message: fill(root) });
  }
  if (chain) {
    const fill = valueFiller(chain.params);
    return ({ root }, answer) =>
      answer.followUps.push({ ...chain, params: fill(root) as Record<string, unknown> });
  }
  const fill = filler(instruct?.text ?? '');
  return ({ root }, answer) => answer.notes.push(fill(root));
}

/** What the steps have to say, each after the changes of those before; a refusal ends them. */
export function compileSteps(steps: readonly Step[]): (facts: Facts) => Answer {
  const acts = steps.map((said) => ({
    when: said.when && compileCondition(said.when),
    act: compileVerb(said),
  }));
  return (facts) => {
    const answer = silence();
    for (const { when, act } of acts) {
      facts.tick();
      const current = currentOf(facts, answer);
      if (!when || when(current)) act(current, answer);
      if (answer.deny !== undefined) break;
    }
    answer.followUps.splice(maxFollowUps);
    return answer;
  };
}
