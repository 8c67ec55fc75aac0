// Checks what an app runs: inline code parses and builds, scripts and flows exist and may be used
// by who writes the app. Answers what execution needs of each.
import { AppError, type Clock } from '../../base/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Builder } from '../languages/index.ts';
import {
  type Language,
  languages,
  pathProblem,
  saveBundle,
  type Scripts,
} from '../scripts/index.ts';
import { join, type Problem } from './problems.ts';
import {
  type AppRunnable,
  type Contents,
  type InlineRunnable,
  type PathRunnable,
  triggerableKey,
} from './runnables.ts';

type Perms = Readonly<Record<string, boolean>>;

export interface CheckDeps {
  db: Database;
  clock: Clock;
  builder: Pick<Builder, 'build' | 'inferSignature' | 'apps'>;
  scripts: Pick<Scripts, 'extraPerms' | 'source'>;
  /** The grants of a flow; undefined when there is none. */
  flowPerms: (workspace: string, path: string) => Promise<Perms | undefined>;
  /** Refuses callers who may not bring code to this machine. */
  mayBringCode: (call: Call) => void;
}

/** Code that stands in the app, built. */
export interface CompiledInline {
  key: string;
  kind: 'inline';
  language: string;
  content: string;
  bundleHash: string;
  parameters: readonly string[];
  tag: string | null;
  /** Absent in versions stored before results were used again. */
  cacheTtlS?: number;
}

/** What execution needs of a component's runnable. */
export type Compiled =
  | CompiledInline
  | { key: string; kind: 'script' | 'flow'; path: string; missing?: true };

interface Checked {
  /** By component. */
  compiled: Record<string, Compiled>;
  problems: Problem[];
}

/** Builds code that stands in an app. Throws `AppError` for code that does not parse or build. */
export async function compileInline(
  deps: CheckDeps,
  call: Call,
  { runnable, appPath }: { runnable: InlineRunnable; appPath: string },
): Promise<CompiledInline> {
  deps.mayBringCode(call);
  const { component, content, lock, tag, cacheTtlS } = runnable;
  const language = runnable.language as Language;
  const signature = await deps.builder.inferSignature(language, content);
  const built = await deps.builder.build({
    language,
    content,
    path: `${appPath}/${component}`,
    lock,
    readScript: (other) => deps.scripts.source(call, other),
    signal: call.signal,
  });
  await saveBundle(deps.db, { ...built, at: deps.clock.now() });
  return {
    key: triggerableKey(runnable),
    kind: 'inline',
    language,
    content,
    bundleHash: built.codeHash,
    parameters: signature.parameters.map((parameter) => parameter.name),
    tag,
    cacheTtlS,
  };
}

/** What is wrong with the script or flow that a component calls; undefined when it may be used. */
async function pathRunnableProblem(
  deps: CheckDeps,
  call: Call,
  { kind, path, at }: PathRunnable,
): Promise<{ problem: Problem } | 'missing' | undefined> {
  const place = join(at, 'path');
  if (path.startsWith('hub/')) {
    const rule = `${path} is on a hub, and there is none here; copy the script to a path of yours`;
    return { problem: { at: place, rule, example: 'f/team/report', mild: true } };
  }
  const wrong = pathProblem(path);
  if (wrong !== undefined) {
    return { problem: { at: place, rule: `no path: ${wrong}`, example: 'f/team/report' } };
  }
  const workspace = workspaceOf(call);
  const extraPerms =
    kind === 'script'
      ? await deps.scripts.extraPerms(workspace, path)
      : await deps.flowPerms(workspace, path);
  // Putting it into an app gives it to all who may use the app: the writer must be able to.
  const ask = { action: `${kind}s:write`, risk: 'read' } as const;
  const target = { kind: `${kind}s`, path, extraPerms: extraPerms ?? {} };
  if (extraPerms && authorise(call.caller, ask, target).allowed) return undefined;
  const rule = `there is no ${kind} ${path} that you may read`;
  return { problem: { at: place, rule, mild: true } };
}

async function checkOne(
  deps: CheckDeps,
  call: Call,
  { runnable, appPath }: { runnable: AppRunnable; appPath: string },
): Promise<{ compiled?: Compiled; problem?: Problem }> {
  if (runnable.kind !== 'inline') {
    const { kind, path } = runnable;
    const key = triggerableKey(runnable);
    const problem = await pathRunnableProblem(deps, call, runnable);
    if (problem === undefined) return { compiled: { key, kind, path } };
    if (problem === 'missing') return { compiled: { key, kind, path, missing: true } };
    return { compiled: { key, kind, path, missing: true }, ...problem };
  }
  const inside = join(runnable.at, 'inlineScript');
  if (!(languages as readonly string[]).includes(runnable.language)) {
    const rule = `the language is one of ${languages.join(', ')}, not ${runnable.language}`;
    return { problem: { at: join(inside, 'language'), rule, example: 'bun' } };
  }
  try {
    return { compiled: await compileInline(deps, call, { runnable, appPath }) };
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unprocessable') throw error;
    const hint = error.hint === undefined ? '' : ` ${error.hint}`;
    return { problem: { at: join(inside, 'content'), rule: `${error.message}${hint}` } };
  }
}

/** Code that runs in the browser is not built here, but it must parse. */
async function browserProblem(
  deps: CheckDeps,
  { content, at }: InlineRunnable,
): Promise<Problem | undefined> {
  try {
    await deps.builder.inferSignature('bun', `export async function main() {\n${content}\n}`);
    return undefined;
  } catch (error) {
    if (!(error instanceof AppError) || error.code !== 'unprocessable') throw error;
    const place = join(join(at, 'inlineScript'), 'content');
    return { at: place, rule: `the code does not parse: ${error.message}` };
  }
}

/** Builds and looks up all that an app runs. */
export async function checkRunnables(
  deps: CheckDeps,
  call: Call,
  { contents, appPath }: { contents: Contents; appPath: string },
): Promise<Checked> {
  const checked: Checked = { compiled: {}, problems: [] };
  for (const runnable of contents.runnables) {
    const { compiled, problem } = await checkOne(deps, call, { runnable, appPath });
    if (compiled) checked.compiled[runnable.component] = compiled;
    if (problem) checked.problems.push(problem);
  }
  for (const script of contents.browser) {
    const problem = await browserProblem(deps, script);
    if (problem) checked.problems.push(problem);
  }
  return checked;
}
