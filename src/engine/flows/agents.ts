// The rules of an agent's run: a turn of the model, then the tools that it called, all at once,
// then the next turn, until it answers. The run's state lists them as steps; what was said is
// read from their results, so a killed process loses at most the step that ran.
import { AppError, messageOf, newId } from '../../base/index.ts';
import { systemCall } from '../../operation/index.ts';
import {
  type AgentSoFar,
  type FoundCall,
  type FunctionTool,
  type Message,
  readInputs,
  type ServerTool,
  shownResult,
  type Turn,
} from '../agents/index.ts';
import { type ClaimedJob, errorResult } from '../jobs/index.ts';
import { holdsReference } from '../resources/index.ts';
import type { Scripts } from '../scripts/index.ts';
import { baseRow, type ChildrenDeps, type ChildRow, moduleRow, over } from './children.ts';
import type { Flows } from './flows.ts';
import { type Draft, emptyDraft, type Happening } from './plan.ts';
import type { FlowRun, JobResult, Runs } from './runs.ts';
import { jobsOf, type ModuleStatus, openJobs } from './state.ts';
import { type AgentTool, allModules, type FlowModule, type FlowValue } from './value.ts';

const turnStep = 'turn';

const toolsIn = (value: FlowValue, place: string | null): readonly AgentTool[] => {
  const id = place?.split('/')[0];
  const module = allModules(value).find((each) => each.id === id);
  return module?.value.type === 'aiagent' ? (module.value.tools ?? []) : [];
};

const resultOf = (run: FlowRun, status: ModuleStatus): JobResult | undefined =>
  run.results.get(jobsOf(status)[0] ?? '');

const turnOf = (run: FlowRun, status: ModuleStatus): Turn =>
  JSON.parse(resultOf(run, status)?.resultJson ?? 'null') as Turn;

/** What was said after the opening, as far as the steps are over. */
function historyOf(run: FlowRun): Message[] {
  const said: Message[] = [];
  for (const status of run.state.status.modules) {
    const result = resultOf(run, status);
    if (!result) continue;
    if (status.id !== turnStep) {
      const shown = shownResult(result.resultJson);
      const content = result.success ? shown : `It failed: ${shown}`;
      said.push({ role: 'tool', tool_call_id: status.call ?? '', content });
    } else if (result.success) {
      const { message, complaint } = turnOf(run, status);
      said.push(message);
      if (complaint !== undefined) said.push({ role: 'user', content: complaint });
    }
  }
  return said;
}

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
    return { kind: 'aistep', flowStepId: target.server, args: { tool: target.tool, args } };
  }
  const module = run.flow.modules.find(({ id }) => id === target.module);
  if (!module) throw new AppError('not_found', `There is no tool ${call.name}.`);
  const row = await moduleRow(deps, run, { module: filledIn(module, args), step: 0, more: {} });
  return { flowStepId: module.id, ...row };
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
  begin(draft, {}, { ...row, kind: 'aistep', flowStepId: turnStep });
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
  const messages = [...opening.filter(({ role }) => role !== 'system'), ...historyOf(run)];
  return JSON.stringify({ output, messages });
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
  const at = modules.findLastIndex(({ id, call }) => id === turnStep && call === undefined);
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
  const turns = modules.filter(({ id, call }) => id === turnStep && call === undefined).length;
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

export interface AgentLookupDeps {
  runs: Pick<Runs, 'read' | 'results'>;
  scripts: Pick<Scripts, 'get' | 'getByHash'>;
  flows: Pick<Flows, 'get'>;
}

/** What a tool takes and does, by the code behind it. */
async function describe(
  deps: AgentLookupDeps,
  run: FlowRun,
  { value, id }: FlowModule,
): Promise<{ description: string; schema?: Record<string, unknown> | undefined }> {
  const call = systemCall(run.row.workspace);
  if (value.type === 'script') {
    const { scripts } = deps;
    return value.hash ? scripts.getByHash(call, value.hash) : scripts.get(call, value.path);
  }
  if (value.type === 'flow') return deps.flows.get(call, value.path);
  const compiled = run.source.compiled[id];
  const schema = compiled && 'schema' in compiled ? compiled.schema : undefined;
  return { description: '', schema };
}

/** A tool as the model sees it: without the inputs that the flow's writer has set. */
async function toolOf(
  deps: AgentLookupDeps,
  run: FlowRun,
  module: FlowModule,
): Promise<FunctionTool> {
  const { description, schema = {} } = await describe(deps, run, module);
  const transforms = 'input_transforms' in module.value ? module.value.input_transforms : undefined;
  const isFree = (name: string): boolean => (transforms?.[name]?.type ?? 'ai') === 'ai';
  const properties = Object.entries((schema['properties'] as object | undefined) ?? {});
  const required = (schema['required'] as string[] | undefined) ?? [];
  return {
    name: module.summary ?? module.id,
    description: module.description ?? description,
    parameters: {
      type: 'object',
      properties: Object.fromEntries(properties.filter(([name]) => isFree(name))),
      required: required.filter(isFree),
    },
  };
}

/** The agent that `job` is a step of, as far as it has come. */
export async function agentSoFar(deps: AgentLookupDeps, job: ClaimedJob): Promise<AgentSoFar> {
  const run = await deps.runs.read(job.parentJob ?? '');
  if (!run) throw new Error(`the job ${job.id} belongs to no agent`);
  await deps.runs.results(run, run.state.status.modules.flatMap(jobsOf));
  const modules = [];
  for (const module of run.flow.modules) {
    modules.push({ id: module.id, tool: await toolOf(deps, run, module) });
  }
  const servers: ServerTool[] = [];
  for (const { id, value } of toolsIn(run.source.value, run.row.flowNode)) {
    if (value.tool_type !== 'mcp') continue;
    const { resource_path: resourcePath, include_tools: include, exclude_tools: exclude } = value;
    servers.push({ id, resourcePath, include: include ?? undefined, exclude: exclude ?? [] });
  }
  return { args: run.row.args, history: historyOf(run), modules, servers };
}
