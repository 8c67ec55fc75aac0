// Dependency jobs: what resolving the imports of a script came to, with the installer's own words,
// as a job that people can open. They are rows from the moment that it is over: deploying waits for
// it anyway, and a server that dies meanwhile leaves no job behind that nobody works on.
import { AppError, type Clock, newId } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Builder, BuildRequest, Built } from '../languages/index.ts';
import { errorResult } from './job.ts';
import { appendLogs, insertJobs } from './jobs.sql.ts';
import { pushOf } from './run.ts';

export interface DependenciesDeps {
  db: Database;
  clock: Clock;
  builder: Pick<Builder, 'build'>;
}

export interface BuiltInJob extends Built {
  /** null when nothing had to be resolved. */
  jobId: string | null;
}

/** What was resolved, for whom it may concern. */
export interface Resolved {
  kind: 'dependencies' | 'flowdependencies';
  path: string;
  language: string | null;
  startedAt: number;
  /** What the installers said. */
  logs: string;
  success: boolean;
  resultJson: string;
}

const maxLogUnits = 500_000;

export type Dependencies = ReturnType<typeof createDependencies>;

export function createDependencies({ db, clock, builder }: DependenciesDeps) {
  /** Stores the job and answers its id. */
  async function keep(call: Call, resolved: Resolved): Promise<string> {
    const { kind, path, language, startedAt, success, resultJson } = resolved;
    const id = newId();
    const code = {
      kind,
      path,
      hash: null,
      language,
      rawCode: null,
      bundleHash: null,
      parameters: [],
      isolation: 'fresh' as const,
      tag: 'dependency',
      timeoutS: null,
      rerunOnCrash: false,
    };
    const options = { args: {}, invisibleToOwner: false };
    const job = {
      ...pushOf({ now: clock.now }, call, { code, options }),
      id,
      createdAt: startedAt,
      scheduledFor: startedAt,
      durationMs: clock.now() - startedAt,
      finished: true,
      success,
      resultJson,
    };
    const content = resolved.logs.replaceAll('\0', '').slice(-maxLogUnits);
    await db.transaction(async (queries) => {
      await queries.run(insertJobs, [JSON.stringify([job])]);
      if (content !== '') {
        await queries.run(appendLogs, [[id], [0], [content.length], [content]]);
      }
    });
    return id;
  }

  /**
   * Builds, and keeps a job of it when anything was to be resolved. Throws as the builder does;
   * `details.job` then names the job.
   */
  async function build(call: Call, request: BuildRequest): Promise<BuiltInJob> {
    const { path, language } = request;
    const about = { kind: 'dependencies' as const, path, language, startedAt: clock.now() };
    let logs = '';
    const onLog = (text: string): void => {
      logs += text;
    };
    try {
      const built = await builder.build({ ...request, onLog });
      const resultJson = JSON.stringify({ lock: built.lock });
      const done = { ...about, logs, success: true, resultJson };
      return { ...built, jobId: logs === '' ? null : await keep(call, done) };
    } catch (error) {
      if (logs === '' || !(error instanceof AppError) || error.code === 'canceled') throw error;
      const { code, message, hint, details } = error;
      const resultJson = errorResult('DependencyError', message);
      const job = await keep(call, { ...about, logs, success: false, resultJson });
      const more = hint === undefined ? {} : { hint };
      throw new AppError(code, message, { ...more, cause: error, details: { ...details, job } });
    }
  }

  return { build, keep };
}
