// Resolves the imports of code that is not deployed yet. The lock is the result of a job that is
// over from the start: who asks reads it as any other, and it stands among the jobs.
import { AppError } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import { type Language, language } from '../scripts/index.ts';
import { errorResult, type JobKind } from './job.ts';
import type { Queue } from './queue.ts';
import { pushOf, type RunDeps } from './run.ts';

export interface LocksDeps extends RunDeps {
  queue: Pick<Queue, 'push'>;
}

interface Source {
  content: string;
  language: Language;
  path: string;
}

type Fields = Record<string, unknown>;

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
  async function lockOf(call: Call, source: Source): Promise<string> {
    const built = await deps.builder.build({
      ...source,
      lock: null,
      readScript: (path) => deps.scripts.source(call, path),
      signal: call.signal,
    });
    return built.lock;
  }

  /** The same value with a lock in every module that brings code. */
  async function locked(call: Call, value: unknown, path: string): Promise<unknown> {
    if (Array.isArray(value)) {
      const list: unknown[] = [];
      for (const entry of value) list.push(await locked(call, entry, path));
      return list;
    }
    if (!isObject(value)) return value;
    const id = typeof value['id'] === 'string' ? value['id'] : 'module';
    const source = sourceOf(value['value'], `${path}/${id}`);
    if (source) {
      const lock = await lockOf(call, source);
      return { ...value, value: { ...(value['value'] as Fields), lock } };
    }
    const fields: Fields = {};
    for (const [name, inner] of Object.entries(value)) {
      fields[name] = await locked(call, inner, path);
    }
    return fields;
  }

  async function store(
    call: Call,
    { kind, path, result }: { kind: JobKind; path: string; result: Promise<unknown> },
  ): Promise<{ id: string }> {
    let ended: { success: boolean; resultJson: string };
    try {
      ended = { success: true, resultJson: JSON.stringify(await result) };
    } catch (error) {
      // Code that does not resolve is an outcome; anything else is no lock job at all.
      if (!(error instanceof AppError) || error.code !== 'unprocessable') throw error;
      const message = [error.message, error.hint].filter(Boolean).join(' ');
      ended = { success: false, resultJson: errorResult('LockError', message) };
    }
    const code = {
      kind,
      path,
      hash: null,
      language: null,
      rawCode: null,
      bundleHash: null,
      parameters: [],
      isolation: 'warm',
      tag: 'dependency',
      timeoutS: null,
      rerunOnCrash: false,
    } as const;
    const options = { args: {}, invisibleToOwner: false };
    const push = pushOf(deps, call, { code, options });
    return { id: await deps.queue.push({ ...push, ...ended, finished: true }) };
  }

  return {
    /** The job's result is `{lock}`; '' when there is nothing to lock. */
    lockScript(call: Call, source: Source): Promise<{ id: string }> {
      deps.mayBringCode(call);
      const result = lockOf(call, source).then((lock) => ({ lock }));
      return store(call, { kind: 'dependencies', path: source.path, result });
    },

    /** The job's result is `{updated_flow_value}`. */
    lockFlow(call: Call, { value, path }: { value: Fields; path: string }) {
      deps.mayBringCode(call);
      const result = locked(call, value, path).then((made) => ({ updated_flow_value: made }));
      return store(call, { kind: 'flowdependencies', path, result });
    },
  };
}
