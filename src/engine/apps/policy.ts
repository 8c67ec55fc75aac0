// The policy of an app: who may use it, as whom its runnables run, and what each may be given.
// Pure. What a policy does not name does not run; written without triggerables, it gets those that
// the app's own components make, by Windmill's rules.
import { z } from 'zod';
import { choiceTypes } from './components.ts';
import { isObject, join, type Json, type Problem } from './problems.ts';
import { type AppRunnable, type Contents, triggerableKey } from './runnables.ts';

export const executionModes = ['viewer', 'publisher', 'anonymous'] as const;
export type ExecutionMode = (typeof executionModes)[number];

const inputs = z.record(z.string(), z.unknown());

const triggerable = z.looseObject({
  static_inputs: inputs.nullish().describe('inputs that the app fixes'),
  one_of_inputs: z
    .record(z.string(), z.array(z.unknown()).max(10_000))
    .nullish()
    .describe('inputs with the only values that they may have'),
  allow_user_resources: z
    .array(z.string().max(255))
    .max(1000)
    .nullish()
    .describe('inputs that take a resource or variable of the user'),
});

/** As in Windmill's documents, whose names it keeps; unknown fields are kept as they are. */
export const givenPolicy = z.looseObject({
  execution_mode: z
    .string()
    .max(50)
    .nullish()
    .describe(
      'viewer: as who uses it; publisher: as who deployed it; anonymous: so, for everybody',
    ),
  on_behalf_of: z.string().max(255).nullish().describe('u/<username> that it runs as'),
  triggerables_v2: z
    .record(z.string().max(1000), triggerable)
    .nullish()
    .describe('what may run, by <component>:<kind>/<path or hash>; from the app when absent'),
});
export type GivenPolicy = z.output<typeof givenPolicy>;

export interface Triggerable {
  static_inputs: Json;
  one_of_inputs: Record<string, readonly unknown[]>;
  allow_user_resources: readonly string[];
}

/** A policy as it is stored. */
export interface Policy extends Json {
  execution_mode: ExecutionMode;
  on_behalf_of: string;
  on_behalf_of_email: string;
  triggerables_v2: Record<string, Triggerable>;
}

/** The only values that an input may have: it is connected to a choice among fixed items. */
function choicesOf(field: Json, contents: Contents): unknown[] | undefined {
  const { connections, expr } = field;
  if (field['type'] !== 'evalv2' || !Array.isArray(connections)) return undefined;
  const [only] = connections;
  if (connections.length !== 1 || !isObject(only)) return undefined;
  if (expr !== `${String(only['componentId'])}.${String(only['id'])}`) return undefined;
  const found = contents.components.find(({ id }) => id === only['componentId']);
  if (!found || !choiceTypes.has(found.type)) return undefined;
  const configuration = isObject(found.data['configuration']) ? found.data['configuration'] : {};
  const setting = (name: string): Json => {
    const value = configuration[name];
    return isObject(value) ? value : {};
  };
  const create = setting('create');
  if (create['type'] === 'static' && create['value'] === true) return undefined;
  const items = setting('items');
  if (items['type'] !== 'static' || !Array.isArray(items['value'])) return undefined;
  const values: unknown[] = items['value'];
  if (found.type.startsWith('multiselect')) return values;
  return values.flatMap((item) => (isObject(item) && item['value'] ? [item['value']] : []));
}

/** What the policy says of a runnable when its writer does not. */
function triggerableOf({ fields }: AppRunnable, contents: Contents): Triggerable {
  const made: Triggerable = { static_inputs: {}, one_of_inputs: {}, allow_user_resources: [] };
  const free: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (!isObject(field)) continue;
    if (field['type'] === 'static') made.static_inputs[name] = field['value'] ?? null;
    if (field['allowUserResources'] === true) free.push(name);
    const choices = choicesOf(field, contents);
    if (choices) made.one_of_inputs[name] = choices;
  }
  return { ...made, allow_user_resources: free };
}

const full = (given: z.output<typeof triggerable>): Triggerable => ({
  ...given,
  static_inputs: given.static_inputs ?? {},
  one_of_inputs: given.one_of_inputs ?? {},
  allow_user_resources: given.allow_user_resources ?? [],
});

/** What cannot be kept as it is meant is refused: nobody must believe that it protects anything. */
function unsupported(given: GivenPolicy): Problem[] {
  const problems: Problem[] = [];
  const add = (key: string, rule: string, example?: unknown): void => {
    problems.push({ at: join('policy', key), rule, ...(example === undefined ? {} : { example }) });
  };
  const mode = given.execution_mode;
  if (mode === 'guest') {
    add('execution_mode', 'there are no guests here; use publisher or anonymous', 'publisher');
  } else if (mode && !(executionModes as readonly string[]).includes(mode)) {
    add('execution_mode', `it is one of ${executionModes.join(', ')}`, 'publisher');
  }
  if (given['sandbox'] === true) add('sandbox', 'not supported yet; leave it out', false);
  const scopes = given['frontend_sdk_scopes'];
  if (Array.isArray(scopes) && scopes.length > 0) {
    add('frontend_sdk_scopes', 'not supported yet; leave it out', []);
  }
  for (const [key, entry] of Object.entries(given.triggerables_v2 ?? {})) {
    for (const name of ['sensitive_inputs', 'delete_after_secs']) {
      const value = entry[name];
      const unset = value === undefined || value === null;
      if (unset || (Array.isArray(value) && value.length === 0)) continue;
      const rule = `${name} is not supported yet; leave it out`;
      problems.push({ at: join(join('policy.triggerables_v2', key), name), rule });
    }
  }
  return problems;
}

export interface PolicyReading {
  triggerables: Record<string, Triggerable>;
  problems: Problem[];
}

/** What may run: as the policy says, or as the app's own components make it. */
export function readTriggerables(given: GivenPolicy, contents: Contents): PolicyReading {
  const problems = unsupported(given);
  const said = given.triggerables_v2;
  if (!said) {
    const entries = contents.runnables.map((runnable): [string, Triggerable] => [
      triggerableKey(runnable),
      triggerableOf(runnable, contents),
    ]);
    return { triggerables: Object.fromEntries(entries), problems };
  }
  for (const runnable of contents.runnables) {
    const key = triggerableKey(runnable);
    if (Object.hasOwn(said, key)) continue;
    problems.push({
      at: join('policy.triggerables_v2', key),
      rule:
        `the policy does not allow what ${runnable.component} runs (${runnable.at}); add this, ` +
        'or leave triggerables_v2 out and it is made from the app',
      example: triggerableOf(runnable, contents),
    });
  }
  const entries = Object.entries(said).map(([key, entry]): [string, Triggerable] => [
    key,
    full(entry),
  ]);
  return { triggerables: Object.fromEntries(entries), problems };
}
