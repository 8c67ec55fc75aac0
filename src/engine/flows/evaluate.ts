// Evaluates expressions of a step. What they read of resources and variables has the rights of the
// runner, and what comes of a secret is known as such: it is never stored as it is.
import { AppError } from '../../base/index.ts';
import { type Expressions, jsonOf, type ReadItems } from './expressions.ts';
import type { FlowItems } from './items.ts';
import type { FlowRun, Runs } from './runs.ts';
import { mentions, type Scope, scopeOf } from './scope.ts';

export interface EvaluateDeps {
  runs: Runs;
  expressions: Expressions;
  items: FlowItems;
  now: () => number;
}

export interface Evaluated {
  json: string;
  /** It was made of these secrets. */
  secrets: readonly string[];
}

interface Wanted {
  step: number;
  expressions: readonly string[];
  more?: Scope;
}

const parsed = (json: string | undefined): unknown => JSON.parse(json ?? 'null');

/** Does the JSON text hold one of them, as it is? */
function holds(json: string, secrets: readonly string[]): boolean {
  return secrets.some((secret) => json.includes(JSON.stringify(secret).slice(1, -1)));
}

/** The names whose values may be references: there they are opened, because expressions look in. */
async function openScope(
  deps: EvaluateDeps,
  run: FlowRun,
  scope: Scope,
): Promise<{ scope: Scope; secrets: string[] }> {
  const opened = { ...scope };
  const secrets: string[] = [];
  for (const name of ['flow_input', 'iter', 'flow_env']) {
    const json = scope[name];
    const references = name === 'flow_env' ? /"\$(?:var|res):/ : /"\$encrypted:/;
    if (json === undefined || !references.test(json)) continue;
    const found = await deps.items.resolve(run.row, parsed(json));
    opened[name] = JSON.stringify(found.value);
    secrets.push(...found.secrets);
  }
  return { scope: opened, secrets };
}

/** Evaluates expressions of one step; throws for the first that fails. */
export async function evaluate(
  deps: EvaluateDeps,
  run: FlowRun,
  how: Wanted,
): Promise<Evaluated[]> {
  const { expressions } = how;
  if (expressions.length === 0) return [];
  const { scope, secrets } = await openScope(deps, run, await scopeOf(deps.runs, run, how));
  const read: ReadItems = async (references) => {
    const wanted = Object.fromEntries(references.map((reference) => [reference, reference]));
    const found = await deps.items.resolve(run.row, wanted);
    secrets.push(...found.secrets);
    const values = Object.entries(found.value as Record<string, unknown>);
    return Object.fromEntries(values.map(([name, value]) => [name, JSON.stringify(value)]));
  };
  const calls = (expr: string): boolean =>
    mentions([expr], 'resource') || mentions([expr], 'variable');
  const reads = expressions.some(calls) ? read : undefined;
  const outcomes = await deps.expressions.evaluate(expressions, scope, reads);
  return outcomes.map((outcome, n) => {
    const expr = expressions[n] ?? '';
    const json = jsonOf(outcome, { expr, secrets });
    const secret = secrets.length > 0 && (calls(expr) || holds(json, secrets));
    return { json, secrets: secret ? secrets : [] };
  });
}

/** Whether one expression holds, as JavaScript takes it. */
export async function isTrue(
  deps: EvaluateDeps,
  run: FlowRun,
  how: { step: number; expr: string; more?: Scope },
): Promise<boolean> {
  const { expr, ...rest } = how;
  const [outcome] = await evaluate(deps, run, { ...rest, expressions: [expr] });
  return Boolean(parsed(outcome?.json));
}

const loneCall = /^(?:return\s)?\s*(resource|variable)\(\s*(["'`])([^"'`$\\]+)\2\s*\)\s*;?$/;

/**
 * `resource('f/a/b')` alone says what `$res:f/a/b` says; a step's input keeps the reference, which
 * its worker resolves. Undefined for any other expression.
 */
export function referenceOf(expr: string): string | undefined {
  const [, kind, , path = ''] = loneCall.exec(expr.trim()) ?? [];
  if (kind === undefined) return undefined;
  const prefix = kind === 'resource' ? '$res:' : '$var:';
  return prefix + path.replace(/^\$(?:res|var):/, '');
}

/** The value of what is no step's input, where a secret would be stored in clear. */
export function clearJson({ json, secrets }: Evaluated, what: string): string {
  if (secrets.length === 0 || !holds(json, secrets)) return json;
  throw new AppError('invalid_input', `${what} would hold the value of a secret`, {
    hint: 'Read the secret in the input of the step that needs it.',
  });
}
