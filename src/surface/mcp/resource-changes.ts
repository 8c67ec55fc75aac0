// Tells open streams when a resource that they name has changed: the log and the result of a job.
// At every word its caller must still be able to read it, and the token must still count.
import { AppError, type Clock, type Log } from '../../base/index.ts';
import type { McpHttpRequest } from './http-messages.ts';

/** A job that prints is told once in this time. */
const mergeMs = 1_000;
/** Of one stream; what is beyond is not acknowledged. */
const maxWatched = 100;

/** A resource that is about a job. */
export interface OfJob {
  uri: string;
  job: string;
}

export interface ResourceWatcher {
  changed: (uri: string) => void;
  /** The token does not count any more. */
  lost: () => void;
}

export interface ResourceChanges {
  /** Those of `uris` that the caller of the request may read and whose changes can be told. */
  find(http: McpHttpRequest, uris: readonly string[]): Promise<OfJob[]>;
  /** Watches them; the answer ends it. */
  watch(http: McpHttpRequest, found: readonly OfJob[], watcher: ResourceWatcher): () => void;
}

/** Calls at every sign of life of a job, its end too; the answer ends it. */
export type OnJobMoved = (id: string, moved: () => void) => () => void;

export interface ResourceChangeDeps {
  clock: Clock;
  log: Log;
  /** The job that a resource is about, where the caller of the request may read it. */
  jobOf: (http: McpHttpRequest, uri: string) => Promise<string | undefined>;
  /** Absent: nothing is told. */
  onJobMoved?: OnJobMoved | undefined;
}

export function createResourceChanges(deps: ResourceChangeDeps): ResourceChanges {
  const { clock, log, onJobMoved } = deps;

  async function jobOf(http: McpHttpRequest, uri: string): Promise<string | undefined> {
    try {
      return await deps.jobOf(http, uri);
    } catch (error) {
      if (error instanceof AppError) return undefined;
      throw error;
    }
  }

  async function tell(http: McpHttpRequest, uri: string, { changed, lost }: ResourceWatcher) {
    try {
      const caller = await http.callerIn(http.workspace).catch(() => undefined);
      if (!caller) lost();
      else if (await jobOf({ ...http, caller }, uri)) changed(uri);
    } catch (error) {
      log.error('a resource could not be looked at for its change', { error });
    }
  }

  return {
    async find(http, uris) {
      const found: OfJob[] = [];
      if (!onJobMoved) return found;
      for (const uri of new Set(uris.slice(0, maxWatched))) {
        const job = await jobOf(http, uri);
        if (job !== undefined) found.push({ uri, job });
      }
      return found;
    },
    watch(http, found, watcher) {
      const stops = found.map(({ uri, job }) => {
        let stopTimer: (() => void) | undefined;
        const stop = onJobMoved?.(job, () => {
          stopTimer ??= clock.after(mergeMs, () => {
            stopTimer = undefined;
            void tell(http, uri, watcher);
          });
        });
        return () => {
          stop?.();
          stopTimer?.();
        };
      });
      return () => stops.forEach((stop) => stop());
    },
  };
}
