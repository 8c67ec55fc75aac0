// Runs what the components of an app run, under its policy: only what that names, with the inputs
// that it leaves free, as whom it says. The one place where people without an account start jobs.
import { AppError, notFound, sha256 } from '../../base/index.ts';
import {
  authorise,
  type Call,
  type Caller,
  displayNameOf,
  systemCall,
  workspaceOf,
} from '../../operation/index.ts';
import { type Jobs, pushOf, type RunOptions } from '../jobs/index.ts';
import type { AppHead } from './apps.ts';
import { selectComponentJob } from './apps.sql.ts';
import { type CheckDeps, type Compiled, type CompiledInline, compileInline } from './check.ts';
import { freeInputs } from './inputs.ts';
import type { Triggerable } from './policy.ts';
import type { Json } from './problems.ts';
import { rawScriptKey } from './runnables.ts';

type Push = ReturnType<typeof pushOf>;
type Outcome = Awaited<ReturnType<Jobs['wait']>>;

export interface ExecuteDeps extends CheckDeps {
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
  head: (call: Call, path: string) => Promise<AppHead | undefined>;
  /** What running a deployed script or flow puts into the queue. */
  pushes: Record<
    'script' | 'flow',
    (call: Call, path: string, options: RunOptions) => Promise<Push>
  >;
  push: (push: Push) => Promise<string>;
  wait: Jobs['wait'];
}

export interface Execution {
  path: string;
  component: string;
  args: Json;
  /** Which of its runnables, `script/<path>` or `flow/<path>`; its only one when absent. */
  runnable?: string | undefined;
  /** Code as the page has it; the policy must hold its hash. */
  rawCode?:
    | {
        content: string;
        language: string;
        lock?: string | null | undefined;
        cacheTtlS?: number | undefined;
      }
    | undefined;
  /** The version that the page shows; another head refuses the call. */
  version?: number | undefined;
}

/** Everybody may use an anonymous app; the others those who may read it and run jobs. */
function admit(call: Call, path: string, head: AppHead | undefined): AppHead {
  if (head?.policy.execution_mode === 'anonymous') return head;
  const ask = { action: 'jobs:run', risk: 'write' } as const;
  const extraPerms = head?.extraPerms ?? {};
  const verdict = authorise(call.caller, ask, { kind: 'apps', path, extraPerms });
  if (!verdict.allowed) throw verdict.error;
  if (!head) throw notFound('app', path);
  return head;
}

/** The username of who uses the app; null when nobody logged in. */
const endUserOf = ({ caller }: Call): string | null =>
  caller.kind === 'anonymous' ? null : displayNameOf(caller);

/**
 * Who started it, to those who look at the job. Whoever may not read the app is nobody there, with
 * an account or without: the job shows its code and the inputs that it fixes.
 */
function starterOf(call: Call, { path, extraPerms, policy }: AppHead): string {
  const ask = { action: 'apps:read', risk: 'read' } as const;
  const isReader =
    policy.execution_mode !== 'anonymous' ||
    authorise(call.caller, ask, { kind: 'apps', path, extraPerms }).allowed;
  return (isReader ? endUserOf(call) : null) ?? 'anonymous';
}

/** The call as whom the component runs: the viewer, or the identity of the policy. */
async function principalOf(deps: ExecuteDeps, call: Call, head: AppHead): Promise<Call> {
  const { execution_mode: mode, on_behalf_of: identity } = head.policy;
  if (mode === 'viewer') return call;
  const person = await deps.memberOf(workspaceOf(call), identity.slice('u/'.length));
  if (person) return { ...call, caller: { ...person, scopes: head.policyScopes } };
  throw new AppError('forbidden', `${head.path} runs as ${identity}, who is no member any more.`, {
    hint: 'Deploy the app again as somebody who is.',
  });
}

/**
 * A policy names code by its text alone. Where no component of the version has it, its language and
 * lock are what the request says, and a lock says whose packages run: that is for editors.
 */
function assertEditor({ caller }: Call, { path, extraPerms }: AppHead): void {
  const ask = { action: 'apps:write', risk: 'write' } as const;
  if (authorise(caller, ask, { kind: 'apps', path, extraPerms }).allowed) return;
  throw new AppError('forbidden', `No component of ${path} has this code.`, {
    hint: 'Load the page again; only who may change the app runs code that its version lacks.',
  });
}

interface Chosen {
  entry: Triggerable;
  /** Undefined: code that the policy allows and no component of this version has. */
  compiled: Compiled | undefined;
}

/** What to run, if the policy allows it. */
function choose(head: AppHead, { component, runnable, rawCode }: Execution): Chosen {
  const { runnables, policy } = head;
  const own = Object.hasOwn(runnables, component) ? runnables[component] : undefined;
  let key = own?.key;
  if (rawCode) key = rawScriptKey(component, rawCode.content);
  else if (runnable !== undefined) key = `${component}:${runnable}`;
  const allowed = policy.triggerables_v2;
  const entry = key !== undefined && Object.hasOwn(allowed, key) ? allowed[key] : undefined;
  if (key === undefined || !entry) {
    throw new AppError(
      'forbidden',
      `The policy of ${head.path} lets ${component} run no such thing.`,
      {
        hint: 'Deploy the app with it; policy.triggerables_v2 names what may run.',
      },
    );
  }
  if (own?.key === key) return { entry, compiled: own };
  const [, kind, path = ''] = /^(script|flow)\/(.+)$/.exec(key.slice(component.length + 1)) ?? [];
  if (kind === 'script' || kind === 'flow') return { entry, compiled: { key, kind, path } };
  if (rawCode) return { entry, compiled: undefined };
  throw new AppError('invalid_input', `The code of ${component} is missing.`, {
    hint: 'Send it as raw_code: no component of this version has it.',
  });
}

async function pushOfPath(
  deps: ExecuteDeps,
  call: Call,
  { kind, path, options }: { kind: 'script' | 'flow'; path: string; options: RunOptions },
): Promise<Push> {
  const workspace = workspaceOf(call);
  const extraPerms =
    kind === 'script'
      ? await deps.scripts.extraPerms(workspace, path)
      : await deps.flowPerms(workspace, path);
  const ask = { action: 'jobs:run', risk: 'write' } as const;
  const target = { kind: `${kind}s`, path, extraPerms: extraPerms ?? {} };
  const verdict = authorise(call.caller, ask, target);
  if (!verdict.allowed) throw verdict.error;
  return deps.pushes[kind](call, path, options);
}

async function pushOfInline(
  deps: ExecuteDeps,
  call: Call,
  run: { found: CompiledInline; cacheTtlS: number; path: string; options: RunOptions },
): Promise<Push> {
  const { found, cacheTtlS, path, options } = run;
  const { language, content, bundleHash, parameters, tag } = found;
  return pushOf({ now: deps.clock.now }, call, {
    code: {
      kind: 'appscript',
      path,
      hash: null,
      language,
      rawCode: content,
      bundleHash,
      parameters,
      isolation: 'warm',
      tag: tag ?? language,
      timeoutS: null,
      rerunOnCrash: true,
      cacheAs: `appscript/${bundleHash}`,
      policy: { cache_ttl: cacheTtlS },
    },
    options,
  });
}

/** What goes into the queue, still as if the principal had started it. */
async function pushOfComponent(
  deps: ExecuteDeps,
  call: Call,
  { chosen, said, args }: { chosen: Chosen; said: Execution; args: Json },
): Promise<Push> {
  const options: RunOptions = { args, invisibleToOwner: false };
  const { path: appPath, component, rawCode } = said;
  const { compiled } = chosen;
  if (compiled && compiled.kind !== 'inline') {
    return pushOfPath(deps, call, { kind: compiled.kind, path: compiled.path, options });
  }
  const path = `${appPath}/${component}`;
  const cacheTtlS = rawCode?.cacheTtlS ?? compiled?.cacheTtlS ?? 0;
  if (compiled) return pushOfInline(deps, call, { found: compiled, cacheTtlS, path, options });
  const { content = '', language = 'bun', lock = null } = rawCode ?? {};
  const text = { component, content, language, lock };
  const source = { at: 'raw_code', fields: {}, tag: null, cacheTtlS, ...text };
  const found = await compileInline(deps, call, {
    runnable: { kind: 'inline', ...source },
    appPath,
  });
  return pushOfInline(deps, call, { found, cacheTtlS, path, options });
}

/**
 * A run knows who uses the app, so its result is used again for them alone; what was read with
 * their rights is not in the arguments that name a result, so it is not used again at all.
 */
function ownTerms({ terms }: Push, endUserEmail: string, endUserArgs: readonly string[]) {
  if (!terms || terms.cacheKey === null) return {};
  const cacheKey = endUserArgs.length > 0 ? null : sha256(`${terms.cacheKey} ${endUserEmail}`);
  return { terms: { ...terms, cacheKey } };
}

async function execute(deps: ExecuteDeps, call: Call, said: Execution): Promise<{ id: string }> {
  const head = admit(call, said.path, await deps.head(call, said.path));
  if (said.version !== undefined && said.version !== head.version) {
    throw new AppError('conflict', `${head.path} has a newer version than this page.`, {
      hint: 'Load the page again.',
    });
  }
  const chosen = choose(head, said);
  if (!chosen.compiled) assertEditor(call, head);
  const inputs = freeInputs(call.caller, {
    given: said.args,
    entry: chosen.entry,
    isViewer: head.policy.execution_mode === 'viewer',
    isFlow: chosen.compiled?.kind === 'flow',
  });
  const principal = await principalOf(deps, call, head);
  const push = await pushOfComponent(deps, principal, { chosen, said, args: inputs.args });
  const id = await deps.push({
    ...push,
    ...ownTerms(push, call.caller.email, inputs.endUserArgs),
    createdBy: starterOf(call, head),
    triggerKind: 'app',
    triggerPath: head.path,
    endUser: endUserOf(call),
    endUserEmail: call.caller.email,
    endUserArgs: inputs.endUserArgs,
  });
  return { id };
}

interface ComponentJob {
  triggerPath: string | null;
  endUser: string | null;
}

export function createExecution(deps: ExecuteDeps) {
  return {
    execute: (call: Call, said: Execution) => execute(deps, call, said),

    /** The result of a job that the same person started with a component, waiting for its end. */
    async result(
      call: Call,
      { path, id, waitMs }: { path: string; id: string; waitMs?: number | undefined },
    ): Promise<Outcome> {
      admit(call, path, await deps.head(call, path));
      const workspace = workspaceOf(call);
      const job = await deps.db.row<ComponentJob>(selectComponentJob, [id, workspace]);
      if (job?.triggerPath !== path || job.endUser !== endUserOf(call)) throw notFound('job', id);
      const { signal } = call;
      return deps.wait({ ...systemCall(workspace), signal }, id, waitMs);
    },
  };
}

export type AppExecution = ReturnType<typeof createExecution>;
