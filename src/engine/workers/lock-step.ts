// Runs a job that resolves imports: of a script (its result is `{lock}`) or of every module of a
// flow that brings code (`{updated_flow_value}`). Installers run in children; the code never runs.
import { AppError, type Clock, isObject } from '../../base/index.ts';
import { type Call, systemCall } from '../../operation/index.ts';
import { callerOfJob, type ClaimedJob, type MemberOf } from '../jobs/index.ts';
import type { Builder } from '../languages/index.ts';
import type { RunOutcome } from '../runners/index.ts';
import { type Language, language, type LocalScripts, type Scripts } from '../scripts/index.ts';
import { runInProcess } from './in-process.ts';

export interface LockStepDeps {
  clock: Clock;
  memberOf: MemberOf;
  builder: Pick<Builder, 'build'>;
  scripts: Pick<Scripts, 'source'>;
}

interface How {
  signal: AbortSignal;
  onLog: (text: string) => void;
}

export type LockStep = (job: ClaimedJob, how: How) => Promise<RunOutcome>;

/** Installers have limits of their own; a flow has many modules. */
const timeoutMs = 1_800_000;

interface Source {
  content: string;
  language: Language;
  path: string;
}

type Fields = Record<string, unknown>;
type LockOf = (source: Source) => Promise<string>;

/** The code of a flow's module; undefined for other modules and languages without a lock. */
function sourceOf(value: unknown, path: string): Source | undefined {
  if (!isObject(value) || value['type'] !== 'rawscript') return undefined;
  const known = language.safeParse(value['language']);
  const { content } = value;
  return known.success && typeof content === 'string'
    ? { content, language: known.data, path }
    : undefined;
}

/** The same value with a lock in every module that brings code. */
async function locked(value: unknown, path: string, lockOf: LockOf): Promise<unknown> {
  if (Array.isArray(value)) {
    const list: unknown[] = [];
    for (const entry of value) list.push(await locked(entry, path, lockOf));
    return list;
  }
  if (!isObject(value)) return value;
  const id = typeof value['id'] === 'string' ? value['id'] : 'module';
  const source = sourceOf(value['value'], `${path}/${id}`);
  if (source) {
    const lock = await lockOf(source);
    return { ...value, value: { ...(value['value'] as Fields), lock } };
  }
  const fields: Fields = {};
  for (const [name, inner] of Object.entries(value)) {
    fields[name] = await locked(inner, path, lockOf);
  }
  return fields;
}

/** What the job asks to be resolved. */
async function resolve(job: ClaimedJob, lockOf: LockOf): Promise<unknown> {
  const path = job.path ?? '';
  if (job.kind === 'flowdependencies') {
    return { updated_flow_value: await locked(job.args['value'], path, lockOf) };
  }
  const known = language.safeParse(job.language);
  if (!known.success || job.rawCode === null) {
    throw new AppError('unprocessable', `Job ${job.id} names no code to resolve.`);
  }
  return { lock: await lockOf({ content: job.rawCode, language: known.data, path }) };
}

export function createLockStep(deps: LockStepDeps): LockStep {
  async function run(job: ClaimedJob, { signal, onLog }: How): Promise<unknown> {
    const caller = await callerOfJob(deps.memberOf, job);
    const call: Call = { ...systemCall(job.workspace), caller, signal };
    const scripts = job.args['localScripts'] as LocalScripts | undefined;
    return resolve(job, async (source) => {
      const local = { scripts, language: source.language };
      const readScript = (path: string) => deps.scripts.source(call, path, local);
      return (await deps.builder.build({ ...source, lock: null, readScript, signal, onLog })).lock;
    });
  }

  return (job, { signal, onLog }) => {
    const limits = { job, signal, timeoutMs, errorName: 'LockError' };
    return runInProcess(deps, limits, (within) => run(job, { signal: within, onLog }));
  };
}
