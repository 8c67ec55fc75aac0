// Makes the rows of a flow's children: which code or sub-flow, with which arguments. A child that
// cannot be made is a row too, over from the start with the reason, so that people find it.
import { AppError, messageOf } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Homes } from '../homes/index.ts';
import { type Debounce, errorResult, type NewJob } from '../jobs/index.ts';
import { actorOf, policyOf, type RunPolicy, type Scripts } from '../scripts/index.ts';
import type { FlowRunnable } from './flows.ts';
import { evaluate, type EvaluateDeps, referenceOf } from './evaluate.ts';
import { timeoutOf } from './facts.ts';
import type { Child } from './rules.ts';
import type { FlowRun } from './runs.ts';
import { previousResult, type Scope } from './scope.ts';
import { atHome, sharedFolderOf } from './shared-folder.ts';
import { type FlowState, initialState } from './state.ts';
import { calledTag, flowTag, inlineTag } from './tags.ts';
import { debounced, flowTerms, policyOfModule, stepTerms, throughCache } from './terms.ts';
import { isVerdict } from './trouble.ts';
import { type FlowModule, isOfHub, isSimpleBody, type Transforms } from './value.ts';

export interface ChildrenDeps extends EvaluateDeps {
  scripts: Pick<Scripts, 'runnable' | 'runnableByHash'>;
  flow: (workspace: string, path: string) => Promise<FlowRunnable | undefined>;
  db: Database;
  homes: Pick<Homes, 'of'>;
}

/** A row that lacks only the worker. */
export type ChildRow = Omit<NewJob, 'worker' | 'tokenHash'> & {
  /** It waits for more of its key; settled by the commit that stores it. */
  debounce?: Debounce | undefined;
};

/** A cycle of sub-flows ends here. */
const maxDepth = 50;

type Code = Partial<Pick<ChildRow, 'permissionedAs' | 'email'>> &
  Pick<ChildRow, 'kind' | 'path' | 'hash' | 'language' | 'rawCode' | 'bundleHash'> &
  Pick<ChildRow, 'parameters' | 'tag' | 'timeoutS' | 'rerunOnCrash' | 'isolation'> & {
    policy: RunPolicy;
  };

const noCode = {
  hash: null,
  language: null,
  rawCode: null,
  bundleHash: null,
  parameters: [],
  timeoutS: null,
  rerunOnCrash: true,
  isolation: 'warm',
} as const;

export function baseRow(run: FlowRun, child: Child, now: number): ChildRow {
  const { row } = run;
  return {
    ...noCode,
    id: child.id,
    workspace: row.workspace,
    kind: 'identity',
    path: row.path,
    args: {},
    tag: flowTag,
    createdBy: row.createdBy,
    permissionedAs: row.permissionedAs,
    email: row.email,
    scopes: row.scopes,
    createdAt: now,
    scheduledFor: now + Math.round(child.delayMs),
    parentJob: row.id,
    rootJob: row.rootJob ?? row.id,
    triggerKind: null,
    schedulePath: row.schedulePath ?? null,
    visibleToOwner: row.visibleToOwner,
    isFlowStep: true,
    sharedFolder: sharedFolderOf(run),
    flowPath: row.path,
    priority: run.source.value.priority ?? 0,
  };
}

/**
 * Arguments from transforms: one look into the sandbox for all expressions together. References
 * stay references where a worker resolves them; what was made of a secret is sealed.
 */
async function argsOf(
  deps: ChildrenDeps,
  run: FlowRun,
  how: { step: number; transforms: Transforms; more: Scope; toWorker: boolean },
): Promise<Record<string, unknown>> {
  const { step, more, transforms, toWorker } = how;
  const args: Record<string, unknown> = {};
  const asked: { name: string; expr: string }[] = [];
  for (const [name, transform] of Object.entries(transforms)) {
    if (transform.type === 'ai') {
      throw new AppError('invalid_input', `the input ${name} needs an AI agent step around it`);
    }
    if (transform.type === 'static') {
      args[name] = transform.value ?? null;
      continue;
    }
    const reference = toWorker ? referenceOf(transform.expr) : undefined;
    args[name] = reference;
    if (reference === undefined) asked.push({ name, expr: transform.expr });
  }
  const expressions = asked.map(({ expr }) => expr);
  const found = await evaluate(deps, run, { step, expressions, more });
  for (const [n, { json, secrets }] of found.entries()) {
    const value: unknown = JSON.parse(json);
    const name = asked[n]?.name ?? '';
    args[name] = secrets.length > 0 ? await deps.items.seal(run.row, { value, secrets }) : value;
  }
  return args;
}

/** Throws `not_found` for what was not there when the flow was written, or never is. */
function assertThere(run: FlowRun, { id, value }: FlowModule): void {
  if (value.type !== 'script' && value.type !== 'flow') return;
  const what = `${value.type} ${value.path}`;
  if (isOfHub(value.path)) {
    const instead = 'copy it into this workspace, and name it there';
    throw new AppError('not_found', `The ${what} is of Windmill's hub, not here: ${instead}.`);
  }
  const known = run.source.compiled[id];
  if (known && 'missing' in known) {
    throw new AppError(
      'not_found',
      `There was no ${what} when this flow was written; write it again.`,
    );
  }
}

/** The code of a script or rawscript module. */
async function codeOf(deps: ChildrenDeps, run: FlowRun, module: FlowModule): Promise<Code> {
  const { value, id } = module;
  const { workspace, path } = run.row;
  if (value.type === 'rawscript') {
    const compiled = run.source.compiled[id];
    if (!compiled || 'missing' in compiled) throw new Error(`the module ${id} was not built`);
    return {
      ...noCode,
      ...compiled,
      kind: 'preview',
      path: path === null ? null : `${path}/${id}`,
      language: value.language,
      rawCode: value.content,
      tag: inlineTag(run, value.tag, value.language),
      policy: policyOfModule(module),
    };
  }
  if (value.type !== 'script') throw new Error(`${value.type} has no code`);
  const called = value.hash
    ? await deps.scripts.runnableByHash(workspace, value.hash)
    : await deps.scripts.runnable(workspace, value.path);
  const { path: wanted } = value;
  const found = await deps.items.mayRun(run.row, { kind: 'script', path: wanted, found: called });
  return {
    ...noCode,
    kind: 'script',
    path: found.path,
    hash: found.hash,
    language: found.language,
    bundleHash: found.bundleHash,
    parameters: found.parameters,
    isolation: found.isolation,
    tag: calledTag(run, value.tag_override || found.tag, found.language),
    timeoutS: found.timeoutS,
    rerunOnCrash: found.rerunOnCrash,
    ...actorOf(found),
    policy: policyOf(found.extra),
  };
}

async function subFlow(
  deps: ChildrenDeps,
  run: FlowRun,
  how: { path: string; args: Record<string, unknown>; tag: string | null | undefined },
): Promise<Partial<ChildRow>> {
  const { path, args, tag } = how;
  const called = await deps.flow(run.row.workspace, path);
  const found = await deps.items.mayRun(run.row, { kind: 'flow', path, found: called });
  const depth = (run.state.depth ?? 0) + 1;
  if (depth > maxDepth) {
    throw new AppError('unprocessable', `Sub-flows are ${maxDepth} deep: ${path} calls itself.`);
  }
  return {
    ...actorOf(found),
    kind: 'flow',
    path,
    args,
    tag: calledTag(run, tag || found.tag, flowTag),
    flowVersion: found.version,
    flowState: { ...initialState(found.value.modules), depth },
    ...(await flowTerms(deps, run, { args, found })),
  };
}

/** An iteration or a branch with a body of its own: a run of the modules at that place. */
function bodyFlow(
  run: FlowRun,
  body: {
    place: string;
    modules: readonly FlowModule[];
    args: Record<string, unknown>;
    /** Where another run of it stood. */
    inside?: FlowState | undefined;
  },
): Partial<ChildRow> {
  const { row, state } = run;
  return {
    kind: 'flownode',
    args: body.args,
    tag: row.tag,
    flowNode: body.place,
    flowVersion: row.flowVersion,
    flowSource: row.flowVersion === null ? (row.flowSource ?? row.id) : null,
    flowState: { ...(body.inside ?? initialState(body.modules)), depth: (state.depth ?? 0) + 1 },
  };
}

/** An agent moves like a flow, by the rules of `agents.ts`; its tools are the modules. */
function agentRow(
  run: FlowRun,
  { id, args, tag }: { id: string; args: Record<string, unknown>; tag: string },
): Partial<ChildRow> {
  return { ...bodyFlow(run, { place: `${id}/agent`, modules: [], args }), kind: 'aiagent', tag };
}

export async function moduleRow(
  deps: ChildrenDeps,
  run: FlowRun,
  how: { module: FlowModule; step: number; more: Scope },
): Promise<Partial<ChildRow>> {
  const { module, step, more } = how;
  const { value } = module;
  if (value.type === 'identity') return over(await previousResult(deps.runs, run, step));
  if (value.type === 'aiagent') {
    const transforms = value.input_transforms ?? {};
    const args = await argsOf(deps, run, { step, transforms, more, toWorker: false });
    return agentRow(run, { id: module.id, args, tag: value.tag || run.row.tag });
  }
  if (value.type !== 'rawscript' && value.type !== 'script' && value.type !== 'flow') {
    throw new AppError('unprocessable', `Modules of the type ${value.type} do not run yet.`);
  }
  assertThere(run, module);
  const transforms = value.input_transforms ?? {};
  const toWorker = value.type !== 'flow';
  const args = await argsOf(deps, run, { step, transforms, more, toWorker });
  if (value.type === 'flow') {
    return subFlow(deps, run, { path: value.path, args, tag: value.tag_override });
  }
  const { policy, ...code } = await codeOf(deps, run, module);
  const timeoutS = await timeoutOf(deps, run, { step, module });
  const terms = await stepTerms(deps, run, { ...code, args, policy });
  return { ...code, ...terms, args, ...(timeoutS === undefined ? {} : { timeoutS }) };
}

export const over = (resultJson: string, success = true): Partial<ChildRow> => ({
  finished: true,
  success,
  resultJson,
});

/** The modules that a child stands for, and what they see beside the flow's own input. */
function bodyOf(run: FlowRun, module: FlowModule, child: Child) {
  const { value, id } = module;
  const { args } = run.row;
  if (child.iteration !== undefined && 'modules' in value) {
    const { iteration: index } = child;
    const item = value.type === 'whileloopflow' ? index : (run.items[index] ?? null);
    const iter = { index, value: item };
    return { place: `${id}/loop`, modules: value.modules, args: { ...args, iter } };
  }
  if (child.branch === undefined || !('branches' in value)) return undefined;
  const fallback = value.type === 'branchone' ? value.default : [];
  const modules =
    child.branch === 'default' ? fallback : (value.branches[child.branch]?.modules ?? []);
  return { place: `${id}/${child.branch}`, modules, args };
}

/** The error of the step that failed, for the failure module. */
async function errorOf(deps: ChildrenDeps, run: FlowRun): Promise<string> {
  const { job = '', error } = run.state.failing ?? {};
  const step = run.state.status.failure_module.parent_module;
  if (error) {
    const { name, message } = error;
    return JSON.stringify({ name, message, step_id: step });
  }
  const result = (await deps.runs.results(run, [job])).get(job)?.resultJson ?? 'null';
  const parsed = JSON.parse(result) as { error?: object } | null;
  return JSON.stringify({ ...parsed?.error, step_id: step });
}

async function childRow(
  deps: ChildrenDeps,
  run: FlowRun,
  child: Child,
): Promise<Partial<ChildRow>> {
  if (child.step === 'failure' || child.step === 'preprocessor') {
    const module = run.flow[`${child.step}_module`];
    if (!module) throw new Error(`the flow has no ${child.step} module`);
    if (child.step === 'preprocessor') {
      assertThere(run, module);
      const { event } = run.row.args;
      const { policy, ...code } = await codeOf(deps, run, module);
      void policy;
      return { ...code, args: { event } };
    }
    const more: Scope = { error: await errorOf(deps, run) };
    const step = run.state.status.step;
    const row = await moduleRow(deps, run, { module, step, more });
    return { ...row, debounce: undefined };
  }
  const module = run.flow.modules[child.step] as FlowModule;
  if (child.as === 'fail') return over(child.error ?? 'null', false);
  if (child.as === 'mock') return over(JSON.stringify(module.mock?.return_value ?? null));
  if (child.as === 'skip') return over(await previousResult(deps.runs, run, child.step));
  const body = bodyOf(run, module, child);
  if (!body) {
    const row = await moduleRow(deps, run, { module, step: child.step, more: {} });
    const found = await throughCache(deps, run, { ttlS: module.cache_ttl ?? 0, row });
    return debounced(run, module, found);
  }
  if (body.modules.length === 0) return over(await previousResult(deps.runs, run, child.step));
  const [only] = body.modules;
  if (!only || !isSimpleBody(body.modules)) return bodyFlow(run, { ...body, inside: child.inside });
  const more = { flow_input: JSON.stringify(body.args) };
  return moduleRow(deps, run, { module: only, step: child.step, more });
}

/** What a child that cannot be made is told to have failed with. */
const errorNames: Readonly<Record<string, string>> = {
  not_found: 'NotFound',
  gone: 'SharedFolderLost',
};

/** The row of a child. Never throws for what a person wrote: that fails the child. */
export async function makeChild(deps: ChildrenDeps, run: FlowRun, child: Child): Promise<ChildRow> {
  const stepId =
    typeof child.step === 'number' ? (run.flow.modules[child.step]?.id ?? null) : child.step;
  const module = typeof child.step === 'number' ? run.flow.modules[child.step] : undefined;
  const { priority, delete_after_secs: deleteAfterS } = module ?? {};
  const own = {
    ...(priority ? { priority } : {}),
    ...(typeof deleteAfterS === 'number' ? { deleteAfterS } : {}),
  };
  const base = { ...baseRow(run, child, deps.now()), flowStepId: stepId };
  try {
    return await atHome(deps.homes, { ...base, ...(await childRow(deps, run, child)), ...own });
  } catch (error) {
    if (!isVerdict(error)) throw error;
    const name = errorNames[error.code] ?? 'ExpressionError';
    return { ...base, ...own, ...over(errorResult(name, messageOf(error)), false) };
  }
}
