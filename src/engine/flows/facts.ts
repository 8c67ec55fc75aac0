// The facts that the rules ask for: conditions, iterators and delays of a step, worked out with
// its expressions.
import { AppError, messageOf } from '../../base/index.ts';
import { errorResult } from '../jobs/index.ts';
import { clearJson, evaluate, type EvaluateDeps, isTrue } from './evaluate.ts';
import { finalStop } from './machine.ts';
import type { EndFacts, EnterFacts, WaitFacts } from './rules.ts';
import type { FlowRun, JobResult, RunEnd } from './runs.ts';
import { resultOfStep } from './scope.ts';
import type { NamedError } from './state.ts';
import { isVerdict } from './trouble.ts';
import { type FlowModule, isSimpleBody, type StopAfterIf, type Transform } from './value.ts';

/** The most items that a loop goes over. */
const maxItems = 100_000;

/** A transform's value as JSON text. */
async function transformed(
  deps: EvaluateDeps,
  run: FlowRun,
  how: { step: number; transform: Transform | number; what: string },
): Promise<string> {
  const { transform, step, what } = how;
  if (typeof transform === 'number') return String(transform);
  if (transform.type === 'static') return JSON.stringify(transform.value ?? null);
  if (transform.type === 'ai') {
    throw new AppError('invalid_input', 'an input that a model fills in needs an AI agent step');
  }
  const [outcome] = await evaluate(deps, run, { step, expressions: [transform.expr] });
  return outcome ? clearJson(outcome, what) : 'null';
}

async function amount(
  deps: EvaluateDeps,
  run: FlowRun,
  how: { step: number; transform: Transform | number | null | undefined; what: string },
): Promise<number | undefined> {
  const { transform, what, step } = how;
  if (transform === null || transform === undefined) return undefined;
  const value: unknown = JSON.parse(await transformed(deps, run, { step, transform, what }));
  if (value === null) return undefined;
  if (typeof value === 'number' && value >= 0) return value;
  throw new AppError('invalid_input', `${what} must be a number from 0, not ${typeof value}`);
}

/** Seconds that a step may take; undefined when it does not say. */
export async function timeoutOf(
  deps: EvaluateDeps,
  run: FlowRun,
  { step, module }: { step: number; module: FlowModule },
): Promise<number | undefined> {
  const how = { step, transform: module.timeout, what: 'timeout' };
  const seconds = await amount(deps, run, how);
  return seconds === undefined ? undefined : Math.min(604_800, Math.max(1, Math.ceil(seconds)));
}

async function loopFacts(deps: EvaluateDeps, run: FlowRun, step: number): Promise<EnterFacts> {
  const { value } = run.flow.modules[step] as FlowModule;
  if (value.type !== 'forloopflow') return { outcome: 'run' };
  const what = 'an item of the loop';
  const json = await transformed(deps, run, { step, transform: value.iterator, what });
  const items: unknown = JSON.parse(json);
  if (!Array.isArray(items)) {
    const got = items === null ? 'null' : typeof items;
    throw new AppError('invalid_input', `the iterator must give an array, not ${got}`);
  }
  if (items.length > maxItems) {
    const most = `a loop goes over ${maxItems} items at most, not ${items.length}`;
    throw new AppError('invalid_input', most);
  }
  run.items = items;
  const how = { step, transform: value.parallelism, what: 'parallelism' };
  const width = await amount(deps, run, how);
  return { outcome: 'run', items: items.length, ...(width === undefined ? {} : { width }) };
}

async function branchFacts(deps: EvaluateDeps, run: FlowRun, step: number): Promise<EnterFacts> {
  const { value } = run.flow.modules[step] as FlowModule;
  if (value.type !== 'branchone') return { outcome: 'run' };
  const { branch: taken } = run.state.inside ?? {};
  if (taken !== undefined) return { outcome: 'run', branch: taken };
  for (const [branch, { expr = 'false' }] of value.branches.entries()) {
    if (await isTrue(deps, run, { step, expr })) return { outcome: 'run', branch };
  }
  return { outcome: 'run', branch: 'default' };
}

async function entering(deps: EvaluateDeps, run: FlowRun, step: number): Promise<EnterFacts> {
  const module = run.flow.modules[step] as FlowModule;
  const skip = module.skip_if;
  if (skip && (await isTrue(deps, run, { step, expr: skip.expr }))) return { outcome: 'skip' };
  if (module.mock?.enabled) return { outcome: 'mock' };
  if (module.value.type === 'branchone') return branchFacts(deps, run, step);
  return loopFacts(deps, run, step);
}

/** The facts of a step that begins. An expression that fails is a fact too: the step fails. */
export async function enterFacts(
  deps: EvaluateDeps,
  run: FlowRun,
  step: number,
): Promise<EnterFacts> {
  try {
    const before = run.flow.modules[step - 1];
    const sleep = { step, transform: before?.sleep, what: 'sleep' };
    const delayMs = ((await amount(deps, run, sleep)) ?? 0) * 1000;
    return { ...(await entering(deps, run, step)), ...(delayMs > 0 ? { delayMs } : {}) };
  } catch (error) {
    if (!isVerdict(error)) throw error;
    return { outcome: 'fail', error: errorResult('ExpressionError', messageOf(error)) };
  }
}

/** Windmill's figure for a step that does not say how long it waits. */
const defaultWaitS = 1800;

/**
 * The facts of a step that begins to wait. What cannot be made out fails the step: an approval
 * without the groups that it asks for would be open to everybody.
 */
export async function waitFacts(
  deps: EvaluateDeps,
  run: FlowRun,
  step: number,
): Promise<WaitFacts> {
  const suspend = run.flow.modules[step]?.suspend ?? {};
  const until = deps.now() + Math.round((suspend.timeout ?? defaultWaitS) * 1000);
  const asked = suspend.user_groups_required;
  if (!asked) return { until };
  try {
    const how = { step: step + 1, transform: asked, what: 'user_groups_required' };
    const json = await transformed(deps, run, how);
    return { until, groups: groupNames(JSON.parse(json)) };
  } catch (error) {
    if (!isVerdict(error)) throw error;
    return { error: { name: 'ExpressionError', message: messageOf(error) } };
  }
}

/** Names of groups, with or without `g/`; throws `invalid_input` for anything else. */
export function groupNames(given: unknown): string[] {
  const names = given ?? [];
  if (Array.isArray(names) && names.every((name) => typeof name === 'string')) {
    return names.map((name) => name.replace(/^g\//, ''));
  }
  throw new AppError('invalid_input', 'user_groups_required must be a list of group names');
}

/** The facts of a step whose iterations or branches are all over. */
export async function concludeFacts(
  deps: EvaluateDeps,
  run: FlowRun,
  step: number,
): Promise<{ stop: boolean; error?: NamedError }> {
  const module = run.flow.modules[step];
  const asked = module && finalStop(module);
  if (!asked) return { stop: false };
  try {
    const more = { result: await resultOfStep(deps.runs, run, step) };
    return { stop: await isTrue(deps, run, { step, expr: asked.expr, more }) };
  } catch (error) {
    if (!isVerdict(error)) throw error;
    return { stop: false, error: { name: 'ExpressionError', message: messageOf(error) } };
  }
}

/** How the whole flow ends before its first step, when `skip_expr` says so. Undefined: it runs. */
export async function endsAtOnce(deps: EvaluateDeps, run: FlowRun): Promise<RunEnd | undefined> {
  const { skip_expr: expr } = run.source.value;
  if (!expr || run.row.flowNode !== null) return undefined;
  try {
    const skips = await isTrue(deps, run, { step: 0, expr });
    return skips ? { success: true, skipped: true, resultJson: 'null' } : undefined;
  } catch (error) {
    if (!isVerdict(error)) throw error;
    const resultJson = errorResult('ExpressionError', messageOf(error));
    return { success: false, skipped: false, resultJson };
  }
}

/** The conditions that stop after a child: its own in a plain body, and those of its step. */
function stopsOf(module: FlowModule): StopAfterIf[] {
  const { value } = module;
  const isLoop = value.type === 'forloopflow' || value.type === 'whileloopflow';
  const inner = isLoop && isSimpleBody(value.modules) ? value.modules[0]?.stop_after_if : undefined;
  return [inner, value.type === 'branchall' ? undefined : module.stop_after_if].filter(
    (each) => each !== null && each !== undefined,
  );
}

/** The facts of a child that is over; throws when a condition fails. */
export async function endFacts(
  deps: EvaluateDeps,
  run: FlowRun,
  ended: JobResult & { random: number; isStep: boolean },
): Promise<EndFacts> {
  const { success, random } = ended;
  const { step } = run.state.status;
  const module = run.flow.modules[step];
  if (!module || !ended.isStep) return { success, random };
  if (ended.absorbed) return { success, absorbed: true };
  const more = { result: ended.resultJson };
  if (success) {
    const isLoop = module.value.type === 'forloopflow' || module.value.type === 'whileloopflow';
    if (isLoop && ended.stopped === true) return { success, random, stop: true };
    for (const { expr } of stopsOf(module)) {
      if (await isTrue(deps, run, { step, expr, more })) return { success, random, stop: true };
    }
    return { success, random, stop: false };
  }
  const again = module.retry?.retry_if;
  if (!again) return { success, random };
  const { error } = JSON.parse(ended.resultJson) as { error?: unknown };
  const scope = { ...more, error: JSON.stringify(error ?? null) };
  const retryable = await isTrue(deps, run, { step, expr: again.expr, more: scope });
  return { success, random, retryable };
}
