// Checks a flow before it is written or previewed: shape, ids, expressions, and that what it
// calls exists and may be read. Every problem names its module and what would be right.
import { AppError, messageOf } from '../../base/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import { languages, pathProblem, type Scripts } from '../scripts/index.ts';
import type { Expressions } from './expressions.ts';
import { inputProblems } from './inputs.ts';
import { groupNames } from './facts.ts';
import { servicesOf } from './gateway-services.ts';
import { schemaProblem } from './form.ts';
import { allModules, type FlowModule, type FlowValue, isOfHub, type Transform } from './value.ts';
import { flowValue } from './value-schema.ts';

export interface ValidateDeps {
  scripts: Pick<Scripts, 'runnable' | 'runnableByHash' | 'schemas'>;
  expressions: Expressions;
  /** The grants of a flow; undefined when there is none. */
  flowPerms: (
    workspace: string,
    path: string,
  ) => Promise<Readonly<Record<string, boolean>> | undefined>;
}

const identifier = /^[A-Za-z_$][\w$]*$/;
const specialIds = ['failure', 'preprocessor'];
const reserved = [...specialIds, 'Input', '__proto__'];
const mostProblems = 20;

export function refuse(problems: readonly string[]): never {
  const shown = problems.slice(0, mostProblems).join('\n');
  const rest = problems.length - mostProblems;
  throw new AppError(
    'invalid_input',
    `The flow is not right:\n${shown}${rest > 0 ? `\n… and ${rest} more` : ''}`,
    { hint: 'Put these right and send the flow again.' },
  );
}

/** The problems that `refuse` told of, one a line; throws what is no such refusal. */
export function refusedProblems(error: unknown): string[] {
  if (!(error instanceof AppError) || error.code !== 'invalid_input') throw error;
  return error.message.split('\n').slice(1);
}

/** The value with its shape checked. Throws `invalid_input` with the place of each problem. */
export function parseFlow(given: unknown): FlowValue {
  const parsed = flowValue.safeParse(given);
  if (parsed.success) return given as FlowValue;
  return refuse(
    parsed.error.issues.map((issue) => {
      const at = placeOf(given, issue.path);
      return `${at}: ${issue.message}`;
    }),
  );
}

/** `module b, value.iterator`: the innermost module on the way, and the rest of the path. */
function placeOf(given: unknown, path: readonly PropertyKey[]): string {
  let at: unknown = given;
  let id: string | undefined;
  let rest: PropertyKey[] = [];
  for (const key of path) {
    at = (at as Record<PropertyKey, unknown> | undefined)?.[key];
    rest.push(key);
    const found = (at as { id?: unknown } | null | undefined)?.id;
    if (typeof found === 'string') {
      id = found;
      rest = [];
    }
  }
  const place = rest.map(String).join('.');
  return id === undefined ? `value.${place}` : `module ${id}${place === '' ? '' : `, ${place}`}`;
}

function idProblems(value: FlowValue): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const { id } of allModules(value)) {
    const special = value.failure_module?.id === id || value.preprocessor_module?.id === id;
    if (seen.has(id)) problems.push(`module ${id}: this id is there twice; ids are unique`);
    seen.add(id);
    if (!identifier.test(id)) {
      problems.push(`module ${JSON.stringify(id)}: an id has letters, digits and _, like a name`);
    } else if (reserved.includes(id) && !special) {
      problems.push(`module ${id}: this id is reserved; choose another`);
    }
  }
  for (const kind of ['failure', 'preprocessor'] as const) {
    const module = value[`${kind}_module`];
    if (!module) continue;
    if (module.id !== kind) problems.push(`module ${module.id}: its id must be ${kind}`);
    if (module.value.type !== 'script' && module.value.type !== 'rawscript') {
      problems.push(`module ${module.id}: it must be a script or a rawscript`);
    }
  }
  return problems;
}

interface Place {
  expr: string;
  where: string;
}

/** Every expression of a module itself, with its place. */
function expressionsOf(module: FlowModule): Place[] {
  const { id, value } = module;
  const found: Place[] = [];
  const add = (where: string, expr: string | undefined): void => {
    if (expr !== undefined) found.push({ where: `module ${id}, ${where}`, expr });
  };
  const transform = (where: string, given: Transform | number | null | undefined): void => {
    if (typeof given === 'object' && given?.type === 'javascript') add(where, given.expr);
  };
  if ('input_transforms' in value) {
    for (const [name, given] of Object.entries(value.input_transforms ?? {})) {
      transform(`input ${name}`, given);
    }
  }
  if (value.type === 'forloopflow') {
    transform('iterator', value.iterator);
    transform('parallelism', value.parallelism);
  }
  if (value.type === 'branchone') {
    for (const [n, { expr }] of value.branches.entries()) add(`branch ${n}`, expr);
  }
  add('stop_after_if', module.stop_after_if?.expr);
  add('stop_after_all_iters_if', module.stop_after_all_iters_if?.expr);
  add('skip_if', module.skip_if?.expr);
  add('retry_if', module.retry?.retry_if?.expr);
  transform('sleep', module.sleep);
  transform('timeout', module.timeout);
  transform('user_groups_required', module.suspend?.user_groups_required);
  return found;
}

async function expressionProblems(deps: ValidateDeps, value: FlowValue): Promise<string[]> {
  const places = allModules(value).flatMap(expressionsOf);
  if (value.skip_expr) places.push({ where: 'skip_expr', expr: value.skip_expr });
  const wrong = await deps.expressions.check(places.map(({ expr }) => expr));
  return places.flatMap(({ where }, n) =>
    wrong[n] === undefined ? [] : [`${where}: ${wrong[n]}`],
  );
}

/** The script or sub-flow that is really called: a hash may belong to another path. */
async function findCalled(
  deps: ValidateDeps,
  workspace: string,
  value: Extract<FlowModule['value'], { type: 'script' | 'flow' }>,
) {
  const { path } = value;
  if (value.type === 'flow') {
    const extraPerms = await deps.flowPerms(workspace, path);
    return extraPerms && { path, extraPerms, hash: undefined };
  }
  const found = value.hash
    ? await deps.scripts.runnableByHash(workspace, value.hash)
    : await deps.scripts.runnable(workspace, path);
  return found && { path: found.path, extraPerms: found.extraPerms, hash: found.hash };
}

/**
 * What is wrong with what a module calls; undefined when it may be run. `missing`: an import names
 * something that is not there, or not the writer's to read: both look alike, and neither ever runs.
 * `hub`: it stands in Windmill's public collection, which no Millrace has.
 */
async function callProblem(
  deps: ValidateDeps,
  call: Call,
  { module: { value, id }, allowMissing }: { module: FlowModule; allowMissing: boolean },
): Promise<{ problem: string } | { hash: string | undefined } | 'missing' | 'hub' | undefined> {
  if (value.type === 'rawscript') {
    if ((languages as readonly string[]).includes(value.language)) return undefined;
    const known = languages.join(', ');
    return { problem: `module ${id}: the language is one of ${known}, not ${value.language}` };
  }
  if (value.type !== 'script' && value.type !== 'flow') return undefined;
  if (isOfHub(value.path)) return 'hub';
  const problem = pathProblem(value.path);
  if (problem !== undefined && !(value.type === 'script' && value.hash)) {
    const said = `module ${id}: ${JSON.stringify(value.path)} is no path; ${problem}`;
    return { problem: said };
  }
  const kind = value.type === 'flow' ? 'flows' : 'scripts';
  const found = await findCalled(deps, workspaceOf(call), value);
  // Putting it into a flow gives it to all who may run the flow: the writer must be able to.
  const ask = { action: `${kind}:write`, risk: 'read' } as const;
  if (found && authorise(call.caller, ask, { kind, ...found }).allowed) return { hash: found.hash };
  if (allowMissing) return 'missing';
  return { problem: `module ${id}: there is no ${value.type} ${value.path} that you may read` };
}

/** An approval that nobody could ever give. */
function approvalProblems(value: FlowValue): string[] {
  const forms = allModules(value).flatMap(({ id, suspend }) => {
    const schema = suspend?.resume_form?.schema;
    const problem = schema ? schemaProblem(schema) : undefined;
    return problem === undefined ? [] : [`module ${id}, suspend.resume_form.schema: ${problem}`];
  });
  const groups = allModules(value).flatMap(({ id, suspend }) => {
    const asked = suspend?.user_groups_required;
    if (asked?.type === 'ai') return [`module ${id}: no model says which groups may approve`];
    if (asked?.type !== 'static') return [];
    try {
      groupNames(asked.value);
      return [];
    } catch (error) {
      return [`module ${id}, suspend: ${messageOf(error)}`];
    }
  });
  return [...forms, ...groups];
}

/** Options that exclude each other, or that nothing here can serve. */
function optionProblems(value: FlowValue): string[] {
  const problems: string[] = [];
  if (value.early_return && !value.modules.some(({ id }) => id === value.early_return)) {
    problems.push(`early_return: there is no step ${value.early_return} to return; name one`);
  }
  for (const { id, value: inner, ...module } of allModules(value)) {
    const runs = inner.type === 'script' || inner.type === 'rawscript' || inner.type === 'flow';
    if (module.debouncing?.debounce_delay_s && (!runs || specialIds.includes(id))) {
      const instead = 'put it on the steps that do the work';
      problems.push(`module ${id}: debouncing is for scripts and flows; ${instead}`);
    }
    if (module.cache_ttl && !runs) {
      problems.push(`module ${id}: cache_ttl is for scripts and flows; put it on the steps inside`);
    }
    if (typeof module.delete_after_secs === 'number' && !runs) {
      const instead = 'put it on the steps inside';
      problems.push(`module ${id}: delete_after_secs is for scripts and flows; ${instead}`);
    }
    if (inner.type === 'forloopflow' && inner.squash && inner.parallel) {
      problems.push(`module ${id}: squash runs one item after the other; leave parallel out`);
    }
    if (inner.type === 'whileloopflow' && inner.parallel) {
      problems.push(`module ${id}: a while-loop cannot be parallel; leave parallel out`);
    }
  }
  return problems;
}

/** The same for modules that call the same. */
function callKey({ value }: FlowModule): string {
  if (value.type !== 'script' && value.type !== 'flow') return '';
  return JSON.stringify([value.type, value.path, 'hash' in value && value.hash]);
}

/** What was found of a flow that may be written. */
export interface Checked {
  /** Ids of the modules that call what is not there. */
  missing: string[];
  /** What will fail when it runs, one sentence each. */
  warnings: string[];
}

const mostWarnings = 100;

/** Why the step of a module that is kept will fail. */
function warningOf({ id, value }: FlowModule, why: 'missing' | 'hub'): string {
  const called = 'path' in value ? `${value.type} ${value.path}` : value.type;
  return why === 'hub'
    ? `module ${id}: ${called} is of Windmill's hub, which is not here; its step fails. Copy it.`
    : `module ${id}: there is no ${called} that you may read; its step fails until you write ` +
        'the flow again with it there';
}

const usesClient = /\bfrom\s*['"]millrace['"]|^\s*(?:import|from)\s+mcpgate\b/m;

/** Steps that call services in a flow that declares none. */
function undeclaredWarnings(value: FlowValue): string[] {
  if (servicesOf({ ...value }) !== undefined) return [];
  return allModules(value)
    .filter(({ value: inner }) => inner.type === 'rawscript' && usesClient.test(inner.content))
    .map(
      ({ id }) =>
        `module ${id}: it calls services, which is refused unless this flow, or one around it, ` +
        'declares gateway-services',
    );
}

/**
 * Throws `invalid_input` that lists what is wrong. With `allowMissing` scripts and sub-flows that
 * are not there are kept, those of the hub always: their steps fail when they run.
 */
export async function validateFlow(
  deps: ValidateDeps,
  call: Call,
  { value, allowMissing }: { value: FlowValue; allowMissing: boolean },
): Promise<Checked> {
  const problems = [
    ...idProblems(value),
    ...approvalProblems(value),
    ...optionProblems(value),
    ...(await expressionProblems(deps, value)),
  ];
  const missing: string[] = [];
  const warnings = undeclaredWarnings(value);
  const checked = new Set<string>();
  const versions = new Map<string, string>();
  for (const module of allModules(value)) {
    const { value: inner } = module;
    const calls = inner.type === 'script' || inner.type === 'flow';
    const key = callKey(module);
    const known = checked.has(key) && !(calls && isOfHub(inner.path));
    // With allowMissing each module is asked about, because each is kept or marked by itself.
    if (calls && !allowMissing && known) continue;
    checked.add(key);
    const problem = await callProblem(deps, call, { module, allowMissing });
    if (problem === 'missing') missing.push(module.id);
    if (problem === 'missing' || problem === 'hub') warnings.push(warningOf(module, problem));
    else if (problem && 'problem' in problem) problems.push(problem.problem);
    else if (problem?.hash !== undefined) versions.set(key, problem.hash);
  }
  const schemas = await deps.scripts.schemas(workspaceOf(call), [...versions.values()]);
  for (const module of allModules(value)) {
    const version = versions.get(callKey(module));
    if (version !== undefined) problems.push(...inputProblems(module, schemas.get(version)));
  }
  if (problems.length > 0) refuse(problems);
  return { missing, warnings: warnings.slice(0, mostWarnings) };
}
