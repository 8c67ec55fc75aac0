// Resolves the imports of code that is not deployed yet. The lock is the result of a job that is
// over from the start: who asks reads it as any other, and it stands among the jobs.
import { AppError } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import { type Language, language } from '../scripts/index.ts';
import type { Dependencies, Resolved } from './dependencies.ts';
import { errorResult } from './job.ts';
import type { RunDeps } from './run.ts';

export interface LocksDeps extends RunDeps {
  dependencies: Pick<Dependencies, 'keep'>;
}

interface Source {
  content: string;
  language: Language;
  path: string;
}

type Fields = Record<string, unknown>;
type OnLog = (text: string) => void;

interface Where {
  path: string;
  onLog: OnLog;
}

const isObject = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** The code of a flow's module; undefined for other modules and languages without a lock. */
function sourceOf(value: unknown, path: string): Source | undefined {
  if (!isObject(value) || value['type'] !== 'rawscript') return undefined;
  const known = language.safeParse(value['language']);
  const { content } = value;
  return known.success && typeof content === 'string'
    ? { content, language: known.data, path }
    : undefined;
}

export function createLocks(deps: LocksDeps) {
  async function lockOf(call: Call, source: Source, onLog: OnLog): Promise<string> {
    const built = await deps.builder.build({
      ...source,
      lock: null,
      readScript: (path) => deps.scripts.source(call, path),
      signal: call.signal,
      onLog,
    });
    return built.lock;
  }

  /** The same value with a lock in every module that brings code. */
  async function locked(call: Call, value: unknown, where: Where): Promise<unknown> {
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      for (const entry of value) list.push(await locked(call, entry, where));
      return list;
    }
    if (!isObject(value)) return value;
    const id = typeof value['id'] === 'string' ? value['id'] : 'module';
    const source = sourceOf(value['value'], `${where.path}/${id}`);
    if (source) {
      const lock = await lockOf(call, source, where.onLog);
      return { ...value, value: { ...(value['value'] as Fields), lock } };
    }
    const fields: Fields = {};
    for (const [name, inner] of Object.entries(value)) {
      fields[name] = await locked(call, inner, where);
    }
    return fields;
  }

  async function store(
    call: Call,
    about: Pick<Resolved, 'kind' | 'path' | 'language'>,
    resolve: (onLog: OnLog) => Promise<unknown>,
  ): Promise<{ id: string }> {
    const startedAt = deps.now();
    let logs = '';
    let ended: { success: boolean; resultJson: string };
    try {
      const result = await resolve((text) => {
        logs += text;
      });
      ended = { success: true, resultJson: JSON.stringify(result) };
    } catch (error) {
      // Code that does not resolve is an outcome; anything else is no lock job at all.
      if (!(error instanceof AppError) || error.code !== 'unprocessable') throw error;
      const message = [error.message, error.hint].filter(Boolean).join(' ');
      ended = { success: false, resultJson: errorResult('LockError', message) };
    }
    return { id: await deps.dependencies.keep(call, { ...about, startedAt, logs, ...ended }) };
  }

  return {
    /** The job's result is `{lock}`; '' when there is nothing to lock. */
    lockScript(call: Call, source: Source): Promise<{ id: string }> {
      deps.mayBringCode(call);
      const { path, language: name } = source;
      const about = { kind: 'dependencies', path, language: name } as const;
      return store(call, about, async (onLog) => ({ lock: await lockOf(call, source, onLog) }));
    },

    /** The job's result is `{updated_flow_value}`. */
    lockFlow(call: Call, { value, path }: { value: Fields; path: string }) {
      deps.mayBringCode(call);
      const about = { kind: 'flowdependencies', path, language: null } as const;
      return store(call, about, async (onLog) => ({
        updated_flow_value: await locked(call, value, { path, onLog }),
      }));
    },
  };
}
