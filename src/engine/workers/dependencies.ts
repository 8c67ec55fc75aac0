// Deploying a script or flow waits for its imports: from the first word of an installer on, that
// is a running job of this process, outside the slots, which people can open, follow and cancel.
// Who deploys has the answer at once; a process that dies takes the deploy and its job with it.
import { AppError, type Clock, newId } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { builtInTags, errorResult, pushOf, queueStatements } from '../jobs/index.ts';
import type { Builder, BuildRequest, Built } from '../languages/index.ts';
import type { Completer } from './completer.ts';
import { createLogWriter } from './log-writer.ts';
import type { Worker } from './worker.ts';

export interface DependenciesDeps {
  db: Database;
  clock: Clock;
  builder: Pick<Builder, 'build'>;
  completer: Pick<Completer, 'complete' | 'appendLog'>;
  host: Worker['host'];
}

export interface BuiltInJob extends Built {
  /** null when nothing had to be resolved. */
  jobId: string | null;
}

/** What is resolved, and until when somebody waits for it. */
interface Resolved {
  kind: 'dependencies' | 'flowdependencies';
  path: string;
  language: string | null;
  signal: AbortSignal;
}

interface Work<Result> {
  run(how: { signal: AbortSignal; onLog: (text: string) => void }): Promise<Result>;
  /** What the job's result says of it. */
  resultOf(result: Result): unknown;
}

interface Outcome {
  success: boolean;
  resultJson: string;
  canceled: boolean;
}

interface DependencyJob {
  id: string;
  say(text: string): void;
  /** False when somebody else had ended it. */
  end(outcome: Outcome): Promise<boolean>;
}

const canceledBy = (cause: unknown): AppError =>
  new AppError('canceled', 'Resolving the imports was canceled: nothing was deployed.', { cause });

export function createDependencies({ db, clock, builder, completer, host }: DependenciesDeps) {
  /** Its row is stored as running here; `abort` fires when somebody cancels it. */
  function begin(call: Call, about: Resolved, abort: () => void): DependencyJob {
    const { kind, path, language } = about;
    const id = newId();
    const guest = host(id, abort);
    const now = clock.now();
    const code = {
      kind,
      path,
      hash: null,
      language,
      rawCode: null,
      bundleHash: null,
      parameters: [],
      isolation: 'fresh',
      tag: builtInTags.dependency,
      timeoutS: null,
      rerunOnCrash: false,
    } as const;
    const options = { args: {}, invisibleToOwner: false };
    const push = pushOf({ now: clock.now }, call, { code, options });
    const row = { ...push, id, createdAt: now, scheduledFor: now, worker: guest.worker };
    const stored = db.run(queueStatements.insert, [JSON.stringify([row])]);
    // Who ends the job hears of it; until then nobody awaits it.
    stored.catch(() => undefined);
    const log = createLogWriter({
      jobId: id,
      start: 0,
      secrets: [],
      clock,
      store: async (piece) => {
        await stored;
        await completer.appendLog(piece, false);
      },
    });
    return {
      id,
      say: log.write,
      async end({ success, resultJson, canceled }) {
        try {
          await stored;
          const rest = await log.rest();
          const completedAt = clock.now();
          const completion = {
            id,
            worker: guest.worker,
            attempt: 1,
            success,
            resultJson,
            completedAt,
            durationMs: completedAt - now,
            memPeakKb: null,
            canceled,
            labels: null,
          };
          return await completer.complete({ completion, rest }, false);
        } finally {
          guest.leave();
        }
      },
    };
  }

  /**
   * Does the work, in a job when anything is to be resolved. Throws as the work does, and
   * `canceled` when somebody cancels the job; `details.job` then names the job.
   */
  async function inJob<Result>(
    call: Call,
    about: Resolved,
    work: Work<Result>,
  ): Promise<{ result: Result; jobId: string | null }> {
    const abort = new AbortController();
    const signal = AbortSignal.any([about.signal, abort.signal]);
    let job: DependencyJob | undefined;
    const onLog = (text: string): void => {
      job ??= begin(call, about, () => abort.abort());
      job.say(text);
    };
    try {
      const result = await work.run({ signal, onLog });
      if (!job) return { result, jobId: null };
      const resultJson = JSON.stringify(work.resultOf(result));
      const stands = await job.end({ success: true, resultJson, canceled: false });
      if (stands) return { result, jobId: job.id };
    } catch (error) {
      if (!job) throw error;
      throw await failed(job, signal.aborted ? canceledBy(error) : error);
    }
    throw withJob(canceledBy(undefined), job.id);
  }

  return {
    inJob,
    /** Builds a script's version; its job's result is the lock. */
    async build(call: Call, request: BuildRequest): Promise<BuiltInJob> {
      const { result, jobId } = await inJob<Built>(
        call,
        { ...request, kind: 'dependencies' },
        {
          run: (how) => builder.build({ ...request, ...how }),
          resultOf: ({ lock }) => ({ lock }),
        },
      );
      return { ...result, jobId };
    },
  };
}

/** Ends the job with the error, and names it there. */
async function failed(job: DependencyJob, error: unknown): Promise<unknown> {
  const known = error instanceof AppError ? error : undefined;
  const isCanceled = known?.code === 'canceled';
  const said = known ? [known.message, known.hint].filter(Boolean).join(' ') : 'Internal error.';
  const name = isCanceled ? 'Canceled' : 'DependencyError';
  const resultJson = errorResult(name, said);
  await job.end({ success: false, resultJson, canceled: isCanceled });
  return known ? withJob(known, job.id) : error;
}

function withJob({ code, message, hint, details, cause }: AppError, job: string): AppError {
  const more = hint === undefined ? {} : { hint };
  return new AppError(code, message, { ...more, cause, details: { ...details, job } });
}
