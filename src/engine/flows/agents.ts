// The rules of an agent's run: a turn of the model, then the tools that it called, all at once,
// then the next turn, until it answers. The run's state lists them as steps; what was said is
// read from their results, so a killed process loses at most the step that ran.
import { AppError, messageOf, newId } from '../../base/index.ts';
import { type FoundCall, readInputs, retold } from '../agents/index.ts';
import { errorResult } from '../jobs/index.ts';
import { holdsReference } from '../resources/index.ts';
import { historyOf, isTurn, resultOf, turnOf, turnStep } from './agent-history.ts';
import { baseRow, type ChildrenDeps, type ChildRow, moduleRow, over } from './children.ts';
import { type Draft, emptyDraft, type Happening } from './plan.ts';
import type { FlowRun } from './runs.ts';
import { jobsOf, type ModuleStatus, openJobs } from './state.ts';
import type { FlowModule } from './value.ts';

/** The arguments that a model gives a tool. Throws for what is no JSON object. */
function argumentsOf(call: FoundCall): Record<string, unknown> {
  let args: unknown;
  try {
    args = JSON.parse(call.arguments || '{}');
  } catch {
    args = undefined;
  }
  if (typeof args !== 'object' || args === null || Array.isArray(args)) {
    throw new AppError('invalid_input', 'The arguments of a tool are a JSON object.');
  }
  // A run puts in what these stand for: a model must not be able to ask for secrets.
  if (holdsReference(args)) {
    throw new AppError('invalid_input', 'Arguments that begin with $var: or $res: are refused.');
  }
  return args as Record<string, unknown>;
}

/** The tool's step with what the model fills in; what the flow's writer has set stays. */
function filledIn(module: FlowModule, args: Record<string, unknown>): FlowModule {
  const { value } = module;
  const set = 'input_transforms' in value ? Object.entries(value.input_transforms ?? {}) : [];
  const inputs = Object.fromEntries([
    ...Object.entries(args).map(([name, given]) => [name, { type: 'static', value: given }]),
    ...set.filter(([, transform]) => transform.type !== 'ai'),
  ]);
  return { ...module, value: { ...value, input_transforms: inputs } as FlowModule['value'] };
}

async function callRow(
  deps: ChildrenDeps,
  run: FlowRun,
  call: FoundCall,
): Promise<Partial<ChildRow>> {
  const { target } = call;
  if (!target) throw new AppError('not_found', `There is no tool ${call.name}.`);
  const args = argumentsOf(call);
  if ('server' in target) {
    const { tag } = run.row;
    return { kind: 'aistep', flowStepId: target.server, tag, args: { tool: target.tool, args } };
  }
  const module = run.flow.modules.find(({ id }) => id === target.module);
  if (!module) throw new AppError('not_found', `There is no tool ${call.name}.`);
  const row = await moduleRow(deps, run, { module: filledIn(module, args), step: 0, more: {} });
  // The model waits for what it asked.
  return { flowStepId: module.id, ...row, debounce: undefined };
}

/** Puts a step into the run and its row into the draft. */
function begin(draft: Draft, status: Partial<ModuleStatus>, row: ChildRow): void {
  const { run } = draft;
  draft.rows.push(row);
  if (row.finished) {
    const success = row.success === true;
    run.results.set(row.id, { success, resultJson: row.resultJson ?? 'null' });
  }
  const id = row.flowStepId ?? turnStep;
  run.state.status.modules.push({ id, job: row.id, ...status, type: 'InProgress' });
}

function beginTurn(deps: ChildrenDeps, draft: Draft): void {
  const child = { id: newId(), step: 0, as: 'run', delayMs: 0 } as const;
  const row = baseRow(draft.run, child, deps.now());
  const { tag } = draft.run.row;
  begin(draft, {}, { ...row, kind: 'aistep', flowStepId: turnStep, tag });
}

async function beginCall(deps: ChildrenDeps, draft: Draft, call: FoundCall): Promise<void> {
  const { run } = draft;
  const child = { id: newId(), step: 0, as: 'run', delayMs: 0 } as const;
  const row = { ...baseRow(run, child, deps.now()), flowStepId: call.name };
  let rest: Partial<ChildRow>;
  try {
    rest = await callRow(deps, run, call);
  } catch (error) {
    if (!(error instanceof AppError)) throw error;
    rest = over(errorResult('ToolError', messageOf(error)), false);
  }
  begin(draft, { call: call.id }, { ...row, ...rest });
}

/** How the agent ends: what it answered, with all that was said but the instructions. */
function endOf(run: FlowRun, output: unknown): string {
  const { opening } = readInputs(run.row.args);
  const asked = opening.filter(({ role }) => role !== 'system').map(retold);
  const messages = [...asked, ...historyOf(run)];
  const turns = run.state.status.modules.filter(isTurn);
  const streamed = turns.map((turn) => turnOf(run, turn).wm_stream ?? '').join('');
  return JSON.stringify({ output, messages, ...(streamed ? { wm_stream: streamed } : {}) });
}

/** Marks the steps whose results are known; are all of them over? */
function settle(run: FlowRun): boolean {
  const { modules } = run.state.status;
  for (const status of modules.filter(({ type }) => type === 'InProgress')) {
    const result = resultOf(run, status);
    if (result) status.type = result.success ? 'Success' : 'Failure';
  }
  run.state.status.step = modules.findLastIndex(({ type }) => type !== 'InProgress') + 1;
  return modules.every(({ type }) => type !== 'InProgress');
}

/** One move of an agent that waits for nothing. */
async function move(deps: ChildrenDeps, draft: Draft): Promise<void> {
  const { run } = draft;
  const { modules } = run.state.status;
  const at = modules.findLastIndex(isTurn);
  const last = modules[at];
  if (!last) return beginTurn(deps, draft);
  const fail = (resultJson: string): void => {
    draft.end = { success: false, resultJson, skipped: false };
  };
  if (last.type === 'Failure') return fail(resultOf(run, last)?.resultJson ?? 'null');
  const turn = turnOf(run, last);
  if ('output' in turn) {
    draft.end = { success: true, resultJson: endOf(run, turn.output), skipped: false };
    return undefined;
  }
  if (turn.calls.length > 0 && at === modules.length - 1) {
    for (const call of turn.calls) await beginCall(deps, draft, call);
    return undefined;
  }
  const turns = modules.filter(isTurn).length;
  const { maxTurns } = readInputs(run.row.args);
  if (turns < maxTurns) return beginTurn(deps, draft);
  const most = `The agent has not answered after ${maxTurns} turns; max_iterations allows no more.`;
  return fail(errorResult('AgentError', most));
}

/** The next transition of an agent's run; see `planTransition`. */
export async function planAgent(
  deps: ChildrenDeps,
  run: FlowRun,
  happenings: readonly Happening[],
): Promise<Draft> {
  const draft = emptyDraft(run);
  draft.run.state = structuredClone(run.state);
  for (const happening of happenings) {
    if (happening.type === 'ended') {
      const { id, success, resultJson } = happening.ending.completion;
      run.results.set(id, { success, resultJson });
      draft.endings.push(happening.ending);
    } else if (happening.type === 'over') {
      run.results.set(happening.job, happening.result);
    } else {
      await deps.runs.results(run, openJobs(run.state));
    }
  }
  const known = draft.run.state.status.modules.flatMap(jobsOf);
  await deps.runs.results(
    draft.run,
    known.filter((job) => !openJobs(run.state).includes(job)),
  );
  while (draft.end === undefined && settle(draft.run)) await move(deps, draft);
  const moved = JSON.stringify(draft.run.state) !== JSON.stringify(run.state);
  if (!moved) draft.run.state = run.state;
  return draft;
}
