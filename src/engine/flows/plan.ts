// Works out the next transition of a run: applies events by the rules until something has to be
// waited for. Changes nothing but its draft; storing it is the executor's.
import { AppError, newId, sha256 } from '../../base/index.ts';
import { type Ending, errorResult } from '../jobs/index.ts';
import { type ChildrenDeps, type ChildRow, makeChild } from './children.ts';
import { concludeFacts, endFacts, endsAtOnce, enterFacts, waitFacts } from './facts.ts';
import { advance } from './machine.ts';
import type { FlowEnd, FlowEvent } from './rules.ts';
import type { FlowRun, JobResult, RunEnd, Runs } from './runs.ts';
import { resultOfStep } from './scope.ts';
import { type NamedError, openJobs } from './state.ts';
import { mayPass } from './trouble.ts';

/** What happened to a flow, as the executor hears of it. */
export type Happening =
  | { type: 'ended'; ending: Ending }
  | { type: 'over'; job: string; result: JobResult }
  | { type: 'look' };

export interface Draft {
  /** A copy that moves on; the run itself changes only once this is stored. */
  run: FlowRun;
  rows: ChildRow[];
  endings: Ending[];
  end?: RunEnd | undefined;
  /** A loop began: its items have to be stored. */
  itemsChanged: boolean;
  /** The preprocessor made them of the event. */
  argsChanged: boolean;
  /** Who waits for the flow is told a result from now on. */
  answers: boolean;
  /** There was more to do than one transition takes. */
  more: boolean;
}

export function emptyDraft(run: FlowRun): Draft {
  return {
    run: { ...run },
    rows: [],
    endings: [],
    itemsChanged: false,
    argsChanged: false,
    answers: false,
    more: false,
  };
}

/** Children that are over at once, in one transition. */
const maxRows = 500;

/** 0 to 1. */
const randomShare = (): number => Number.parseInt(sha256(newId()).slice(0, 8), 16) / 2 ** 32;

/** The error of a failed step, with the step's id in it as Windmill shows it. */
function withStep(resultJson: string, step: string | undefined): string {
  try {
    const result = JSON.parse(resultJson) as { error?: unknown } | null;
    const error = result?.error;
    if (typeof error !== 'object' || error === null || 'step_id' in error) return resultJson;
    return JSON.stringify({ ...result, error: { ...error, step_id: step } });
  } catch {
    return resultJson;
  }
}

/** An error of the flow itself, as a result. */
async function namedError(runs: Runs, run: FlowRun, error: NamedError): Promise<string> {
  const { name, message, resultOf: step } = error;
  if (step === undefined) return errorResult(name, message);
  const result: unknown = JSON.parse(await resultOfStep(runs, run, step));
  return JSON.stringify({ error: { name, message, result } });
}

async function resultOf(deps: ChildrenDeps, run: FlowRun, end: FlowEnd): Promise<string> {
  const { step, modules, failure_module: failure, preprocessor_module: first } = run.state.status;
  const id = first?.type === 'Failure' ? first.id : modules[Math.min(step, modules.length - 1)]?.id;
  if (end.error) return withStep(await namedError(deps.runs, run, end.error), id);
  if (end.from === null) return 'null';
  if ('step' in end.from) return resultOfStep(deps.runs, run, end.from.step);
  const { job } = end.from;
  const json = (await deps.runs.results(run, [job])).get(job)?.resultJson ?? 'null';
  return end.success || failure.job === job ? json : withStep(json, id);
}

/** What the preprocessor made of the event is the flow's input from now on. */
function takeInput(run: FlowRun, { resultJson }: JobResult): void {
  const args: unknown = JSON.parse(resultJson);
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new AppError('invalid_input', 'preprocessor must return an object: the flow’s input');
  }
  run.row = { ...run.row, args: args as FlowRun['row']['args'] };
}

function planner(deps: ChildrenDeps, draft: Draft) {
  const { run } = draft;
  const todo: FlowEvent[] = [];
  let copied = false;

  async function endedEvent(job: string, result: JobResult): Promise<FlowEvent> {
    const { modules, step, preprocessor_module: preprocessor } = run.state.status;
    if (preprocessor?.job === job && result.success) takeInput(run, result);
    const isStep = run.state.status.failure_module.job !== job && modules[step] !== undefined;
    const random = randomShare();
    return { type: 'ended', job, facts: await endFacts(deps, run, { ...result, random, isStep }) };
  }

  /** What people answered so far; answers to a try that failed do not count for the next one. */
  async function answeredEvent(): Promise<FlowEvent> {
    const { modules, step } = run.state.status;
    const { id = '', failed_retries: failed = [] } = modules[step] ?? {};
    const answers = await deps.runs.answers([run.row.id], id);
    return {
      type: 'answered',
      answers: answers.filter(({ job }) => !failed.includes(job)),
      late: deps.now() >= (run.state.waiting?.until ?? Number.POSITIVE_INFINITY),
    };
  }

  async function begin(step: number, delayMs?: number): Promise<void> {
    draft.end = step === 0 && isFresh(run.state) ? await endsAtOnce(deps, run) : undefined;
    if (draft.end) return;
    const facts = await enterFacts(deps, run, step);
    todo.push({ type: 'entered', facts: delayMs === undefined ? facts : { ...facts, delayMs } });
  }

  async function apply(event: FlowEvent): Promise<void> {
    // One copy a transition: a state may list thousands of steps.
    if (!copied) run.state = structuredClone(run.state);
    copied = true;
    const decision = advance({ flow: run.flow, newId }, run.state, event);
    for (const child of decision.children) {
      const row = await makeChild(deps, run, child);
      draft.rows.push(row);
      if (!row.finished) continue;
      const result = { success: row.success === true, resultJson: row.resultJson ?? 'null' };
      run.results.set(child.id, result);
      todo.push(await endedEvent(child.id, result));
    }
    const { enter, conclude, suspend, end } = decision;
    if (enter !== undefined) await begin(enter, decision.delayMs);
    if (conclude !== undefined) {
      todo.push({ type: 'concluded', ...(await concludeFacts(deps, run, conclude)) });
    }
    if (suspend !== undefined) {
      const facts = await waitFacts(deps, run, suspend);
      todo.push({ type: 'suspended', facts }, await answeredEvent());
    }
    if (end) {
      const { success, skipped } = end;
      draft.end = { success, skipped, resultJson: await resultOf(deps, run, end) };
    }
  }

  /** Everything that follows from `event` without waiting. */
  async function follow(event: FlowEvent): Promise<void> {
    todo.push(event);
    while (draft.end === undefined) {
      if (draft.rows.length >= maxRows && draft.rows.every((row) => row.finished)) {
        draft.more = todo.length > 0;
        return;
      }
      const next = todo.shift();
      if (!next) return;
      await apply(next);
    }
  }

  return { follow, endedEvent, answeredEvent };
}

/** Is the step that it stands at still to begin? So it is at first, and after a restart. */
function isFresh({ status }: FlowRun['state']): boolean {
  const next = status.modules[status.step];
  return next === undefined || next.type === 'WaitingForPriorSteps';
}

/** A condition that fails makes its step fail: nobody would know why the flow stopped else. */
async function eventOf(
  plan: ReturnType<typeof planner>,
  job: string,
  result: JobResult,
): Promise<FlowEvent> {
  try {
    return await plan.endedEvent(job, result);
  } catch (error) {
    if (mayPass(error)) throw error;
    const message = error instanceof Error ? error.message : String(error);
    result.success = false;
    result.resultJson = errorResult('ExpressionError', message);
    return { type: 'ended', job, facts: { success: false, retryable: false } };
  }
}

/** Keeps the result of the step that `early_return` names, once it is there. */
async function answersEarly(runs: Runs, run: FlowRun): Promise<boolean> {
  const { state, source } = run;
  if (state.early !== null) return false;
  const { modules } = state.status;
  const step = modules.findIndex(({ id }) => id === source.value.early_return);
  if (modules[step]?.type !== 'Success') return false;
  const result: unknown = JSON.parse(await resultOfStep(runs, run, step));
  run.state = { ...state, early: { success: true, result } };
  return true;
}

/** The next transition of `run` after these happenings. */
export async function planTransition(
  deps: ChildrenDeps,
  run: FlowRun,
  happenings: readonly Happening[],
): Promise<Draft> {
  const draft = emptyDraft(run);
  const plan = planner(deps, draft);
  for (const happening of happenings) {
    if (happening.type === 'ended') {
      const { completion } = happening.ending;
      const result = { success: completion.success, resultJson: completion.resultJson };
      draft.run.results.set(completion.id, result);
      const event = await eventOf(plan, completion.id, result);
      draft.endings.push({ ...happening.ending, completion: { ...completion, ...result } });
      if (draft.end === undefined) await plan.follow(event);
    } else if (happening.type === 'over') {
      draft.run.results.set(happening.job, happening.result);
      const event = await eventOf(plan, happening.job, happening.result);
      if (draft.end === undefined) await plan.follow(event);
    } else {
      await look(deps, draft, plan);
    }
  }
  draft.itemsChanged = draft.run.items !== run.items;
  draft.argsChanged = draft.run.row !== run.row;
  draft.answers = await answersEarly(deps.runs, draft.run);
  return draft;
}

/** Goes on from wherever the run stands: begins it, or takes in what ended unheard. */
async function look(
  deps: ChildrenDeps,
  draft: Draft,
  plan: ReturnType<typeof planner>,
): Promise<void> {
  const { run } = draft;
  if (isFresh(run.state) && run.state.status.preprocessor_module?.job === undefined) {
    await plan.follow({ type: 'start' });
    return;
  }
  if (run.state.waiting) {
    await plan.follow(await plan.answeredEvent());
    return;
  }
  const results = await deps.runs.results(run, openJobs(run.state));
  for (const job of openJobs(run.state)) {
    const result = results.get(job);
    if (result && draft.end === undefined) await plan.follow(await eventOf(plan, job, result));
  }
}
