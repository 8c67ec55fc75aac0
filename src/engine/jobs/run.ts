// What a run is made of: the code that a path, a hash, a preview or an earlier job names, who
// runs it, and with which options. Builds the row; pushing it is the queue's.
import { AppError, notFound } from '../../base/index.ts';
import { authorise, type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Builder, Signature } from '../languages/index.ts';
import {
  actorOf,
  type Language,
  type LocalScripts,
  policyOf,
  type Runnable,
  type RunPolicy,
  saveBundle,
  type Scripts,
} from '../scripts/index.ts';
import type { CodeGate } from './code-gate.ts';
import { interpolate } from './interpolate.ts';
import { entrypointArgument, type FlowStepPreview, type RunOptions } from './job.ts';
import { selectForRerun } from './jobs.sql.ts';
import { termsOf } from './policy.ts';
import type { Push } from './queue.ts';
import { findJob } from './visibility.ts';

export interface RunDeps {
  db: Database;
  scripts: Pick<Scripts, 'runnable' | 'runnableByHash' | 'source'>;
  builder: Pick<Builder, 'build'>;
  inferSignature: (language: Language, content: string) => Promise<Signature>;
  mayBringCode: CodeGate;
  now: () => number;
  flows: FlowPushes;
}

/** Port: what runs of flows are made of. */
export interface FlowPushes {
  byPath(call: Call, path: string, options: RunOptions): Promise<Push>;
  byVersion(call: Call, version: number, options: RunOptions): Promise<Push>;
  preview(call: Call, wanted: FlowPreview): Promise<Push>;
  /** Whoever asks may see `fromJob`. */
  previewStep(call: Call, wanted: FlowStepPreview): Promise<Push>;
  /** The same flow again; undefined when the job was none. */
  again(call: Call, row: AgainRow, options: RunOptions): Promise<Push | undefined>;
  /** The same flow again, from one of its steps on. */
  restart(call: Call, point: RestartPoint): Promise<Push>;
}

/** Where a flow that is over is run again from. */
export interface RestartPoint {
  id: string;
  stepId: string;
  /** Of a loop or branches: the first that runs again, counted from 0. */
  index?: number | undefined;
  /** The way inside that iteration or branch, one step at a time. */
  nested?: readonly { stepId: string; index?: number | undefined }[] | undefined;
  /** Another version than that of the run. */
  flowVersion?: number | undefined;
}

export interface FlowPreview extends RunOptions {
  value: Record<string, unknown>;
  path?: string | undefined;
  localScripts?: LocalScripts | undefined;
}

/** What an earlier job says of its flow. */
export interface AgainRow {
  kind: string;
  path: string | null;
  flowVersion: number | null;
  rawFlow: { value: Record<string, unknown> } | null;
}

export interface Preview extends RunOptions {
  content: string;
  language: Language;
  path?: string | undefined;
  lock?: string | null | undefined;
  localScripts?: LocalScripts | undefined;
}

/** The code of a run, and how it is run unless the options say otherwise. */
export type Code = Pick<
  Push,
  | 'kind'
  | 'path'
  | 'hash'
  | 'language'
  | 'rawCode'
  | 'bundleHash'
  | 'parameters'
  | 'isolation'
  | 'tag'
  | 'timeoutS'
  | 'rerunOnCrash'
> &
  Pick<Push, 'flowState' | 'flowVersion' | 'rawFlow'> & {
    policy?: RunPolicy;
    /** Names code that has no hash of a version, so that its results can be used again. */
    cacheAs?: string;
  } &
  // Of items that run on behalf of somebody.
  Partial<Pick<Push, 'permissionedAs' | 'email'>>;

/** Where a run came from, as Windmill names it; `mcp` is ours. */
function triggerKindOf(call: Call): string | null {
  if (call.surface === 'mcp' || call.surface === 'http') return call.surface;
  return call.surface === 'windmill' ? 'webhook' : null;
}

function whoOf(call: Call): Pick<Push, 'createdBy' | 'permissionedAs' | 'email' | 'scopes'> {
  const { membership, email, scopes } = call.caller;
  const username = membership?.username ?? email;
  // A group goes by its principal, which no username can be.
  const permissionedAs = username.startsWith('g/') ? username : `u/${username}`;
  return { createdBy: username, permissionedAs, email, scopes };
}

export function pushOf(
  deps: Pick<RunDeps, 'now'>,
  call: Call,
  run: { code: Code; options: RunOptions },
): Push {
  const { options } = run;
  const { policy = {}, cacheAs, ...code } = run.code;
  const delayMs = (options.scheduledInSecs ?? 0) * 1000;
  const workspace = workspaceOf(call);
  const who = whoOf(call);
  const { args } = options;
  const terms = termsOf(policy, {
    workspace,
    kind: code.flowState ? 'flow' : 'script',
    path: code.path,
    code: cacheAs ?? (code.rawCode === null && !code.rawFlow ? code.hash : null),
    permissionedAs: code.permissionedAs ?? who.permissionedAs,
    scopes: who.scopes,
    args,
  });
  return {
    ...who,
    ...code,
    workspace,
    args,
    terms,
    tag: interpolate('tag', options.tag ?? code.tag, { workspace, args }),
    id: options.jobId,
    scheduledFor: options.scheduledFor ?? (delayMs > 0 ? deps.now() + delayMs : undefined),
    parentJob: options.parentJob ?? null,
    rootJob: options.rootJob ?? null,
    triggerKind: triggerKindOf(call),
    visibleToOwner: !options.invisibleToOwner,
    timeoutS: options.timeout ?? code.timeoutS,
    ...(options.queueLimit === undefined ? {} : { queueLimit: options.queueLimit }),
  };
}

/** The arguments of a run of a script: its preprocessor's, when a trigger brings an event. */
function preprocessed({ hasPreprocessor }: Runnable, options: RunOptions): RunOptions {
  const { event } = options;
  if (!event || !hasPreprocessor) return options;
  return { ...options, args: { [entrypointArgument]: 'preprocessor', event } };
}

function codeOf(found: Runnable): Code {
  if (found.autoKind === 'lib') {
    throw new AppError('invalid_input', `${found.path} has no main function to run.`, {
      hint: 'Export a function main, or import this script from another one.',
    });
  }
  return {
    kind: 'script',
    path: found.path,
    hash: found.hash,
    language: found.language,
    rawCode: null,
    bundleHash: found.bundleHash,
    parameters: found.parameters,
    isolation: found.isolation,
    tag: found.tag ?? found.language,
    timeoutS: found.timeoutS,
    rerunOnCrash: found.rerunOnCrash,
    ...actorOf(found),
    policy: policyOf(found.extra),
  };
}

async function codeOfPreview(deps: RunDeps, call: Call, wanted: Preview): Promise<Code> {
  deps.mayBringCode(call);
  const signature = await deps.inferSignature(wanted.language, wanted.content);
  const built = await deps.builder.build({
    language: wanted.language,
    content: wanted.content,
    path: wanted.path ?? `u/${call.caller.membership?.username ?? 'preview'}/preview`,
    lock: wanted.lock ?? null,
    signal: call.signal,
    readScript: (path) =>
      deps.scripts.source(call, path, { scripts: wanted.localScripts, language: wanted.language }),
  });
  await saveBundle(deps.db, { ...built, at: deps.now() });
  return {
    kind: 'preview',
    path: wanted.path ?? null,
    hash: null,
    language: wanted.language,
    rawCode: wanted.content,
    bundleHash: built.codeHash,
    parameters: signature.parameters.map((parameter) => parameter.name),
    isolation: 'warm',
    tag: wanted.language,
    timeoutS: null,
    rerunOnCrash: false,
  };
}

/** The row of a run of a deployed script; who may run it is settled before. */
export async function pushScript(
  deps: Pick<RunDeps, 'now' | 'scripts'>,
  call: Call,
  { path, options }: { path: string; options: RunOptions },
): Promise<Push> {
  const found = await deps.scripts.runnable(workspaceOf(call), path);
  if (!found) throw notFound('script', path);
  return pushOf(deps, call, { code: codeOf(found), options: preprocessed(found, options) });
}

export function createRun(deps: RunDeps) {
  const byPath = (call: Call, path: string, options: RunOptions): Promise<Push> =>
    pushScript(deps, call, { path, options });

  async function byHash(call: Call, hash: string, options: RunOptions): Promise<Push> {
    const found = await deps.scripts.runnableByHash(workspaceOf(call), hash);
    if (!found) throw notFound('script', hash);
    const ask = { action: 'jobs:run', risk: 'write' } as const;
    const { path, extraPerms } = found;
    const verdict = authorise(call.caller, ask, { kind: 'scripts', path, extraPerms });
    if (!verdict.allowed) {
      throw verdict.error.code === 'not_found' ? notFound('script', hash) : verdict.error;
    }
    return pushOf(deps, call, { code: codeOf(found), options: preprocessed(found, options) });
  }

  async function preview(call: Call, wanted: Preview): Promise<Push> {
    return pushOf(deps, call, {
      code: await codeOfPreview(deps, call, wanted),
      options: wanted,
    });
  }

  /** The same code with the same arguments, as the one who asks now. */
  async function again(call: Call, id: string): Promise<Push> {
    await findJob(deps.db, call, { id });
    type Row = Code & AgainRow & { args: Record<string, unknown>; workflowKey: string | null };
    const row = await deps.db.row<Row>(selectForRerun, [id, workspaceOf(call)]);
    if (!row) throw notFound('job', id);
    if (row.kind === 'dependencies' || row.kind === 'flowdependencies') {
      throw new AppError('unprocessable', `Job ${id} resolved imports, and ran no code.`, {
        hint: 'Deploy the script again to resolve them anew.',
      });
    }
    if (row.workflowKey !== null) {
      throw new AppError('unprocessable', `Job ${id} is a task, which runs only in its workflow.`, {
        hint: 'Run the workflow again.',
      });
    }
    // Where it ran is part of what it was: a tag of the run is in no version.
    const options = { args: row.args, invisibleToOwner: false, tag: row.tag };
    const flow = await deps.flows.again(call, row, options);
    if (flow) return flow;
    if (row.hash !== null) return byHash(call, row.hash, options);
    deps.mayBringCode(call);
    return pushOf(deps, call, { code: row, options });
  }

  /** A flow from one of its steps on, as the one who asks now. */
  async function restart(call: Call, point: RestartPoint): Promise<Push> {
    await findJob(deps.db, call, { id: point.id });
    return deps.flows.restart(call, point);
  }

  return { byPath, byHash, preview, again, restart };
}
