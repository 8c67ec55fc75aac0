// Keeps what this process logs in the database, so that admins read the logs of every server and
// worker in one place. Bounded a line, a minute, in days and in all; written when there is news.
import {
  type Clock,
  createLog,
  cutBytes,
  type LogLevel,
  type RootLog,
  type SlowTick,
  version,
} from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { appendServiceLog, deleteOldServiceLogs } from './service-log.sql.ts';

const minuteMs = 60_000;
const lineBytes = 16_384;
/** Of one process; what is beyond it is counted. */
const minuteBytes = 262_144;
const keptMs = 14 * 86_400_000;
const keptBytes = 256 * 1024 * 1024;
const pruneEveryMs = 600_000;
/** Lines gather for so long. */
const gatherMs = 1000;

export interface ServiceLogDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: RootLog;
  of: { worker: string; hostname: string; mode: 'server' | 'worker'; workerGroup: string };
}

/** The lines of one minute that are not stored yet. */
interface Minute {
  at: number;
  lines: string[];
  ok: number;
  failed: number;
  bytes: number;
}

export type ServiceLog = ReturnType<typeof createServiceLog>;

/** What was logged and is not stored yet, a minute each. */
function createMinutes() {
  let waiting: Minute[] = [];
  let spent = { at: 0, bytes: 0, dropped: 0 };

  function put(line: string, isError: boolean): void {
    const text = `${line}\n`;
    const bytes = Buffer.byteLength(text);
    spent.bytes += bytes;
    let minute = waiting.at(-1);
    if (minute?.at !== spent.at) {
      minute = { at: spent.at, lines: [], ok: 0, failed: 0, bytes: 0 };
      waiting.push(minute);
    }
    minute.lines.push(text);
    minute.bytes += bytes;
    minute[isError ? 'failed' : 'ok'] += 1;
  }

  return {
    add(line: string, level: LogLevel): void {
      // What every line begins with: `{"at":"2026-11-21T20:00:00.000Z"`.
      const said = line.slice(7, 31);
      const at = Math.floor(Date.parse(said) / minuteMs) * minuteMs;
      if (at !== spent.at) {
        const { dropped } = spent;
        spent = { at, bytes: 0, dropped: 0 };
        const message = `${dropped} lines of the minute before were too many to keep`;
        if (dropped > 0) put(JSON.stringify({ at: said, level: 'warn', message }), false);
      }
      if (spent.bytes > minuteBytes) spent.dropped += 1;
      else put(cutBytes(line, lineBytes), level === 'error');
    },
    take(): Minute[] {
      return waiting.splice(0);
    },
    /** For later, when storing failed; what does not fit is let go. */
    giveBack(minutes: readonly Minute[]): void {
      waiting = [...minutes, ...waiting].slice(-16);
    },
  };
}

export function createServiceLog({ db, clock, tick, log, of }: ServiceLogDeps) {
  const minutes = createMinutes();
  // The terminal of a process has its greeting; readers of many processes have this.
  const own = createLog('info', (line) => minutes.add(line, 'info'));
  let due: (() => void) | undefined;
  let writing: Promise<void> = Promise.resolve();
  let untap: () => void = () => undefined;
  let stopPruning: () => Promise<void> = async () => undefined;

  async function write(): Promise<void> {
    const taken = minutes.take();
    const { worker, hostname, mode, workerGroup } = of;
    while (taken[0] !== undefined) {
      const { at, lines, ok, failed, bytes } = taken[0];
      const text = lines.join('');
      try {
        const row = [worker, at, hostname, mode, workerGroup, text, ok, failed, bytes];
        await db.run(appendServiceLog, row);
      } catch {
        // Whoever lost the database says so; a word about it here would be the next line to store.
        minutes.giveBack(taken);
        return;
      }
      taken.shift();
    }
  }

  /** Resolves when what was logged before is stored. */
  function flush(): Promise<void> {
    due?.();
    due = undefined;
    writing = writing.then(write);
    return writing;
  }

  return {
    flush,
    /** `fields`: what there is to say about the process. */
    start(fields: Record<string, unknown>): void {
      own.info(`the ${of.mode} starts`, { version, ...fields });
      due ??= clock.after(gatherMs, () => void flush());
      untap = log.tap((line, level) => {
        minutes.add(line, level);
        due ??= clock.after(gatherMs, () => void flush());
      });
      const look = async (): Promise<void> => {
        await db.run(deleteOldServiceLogs, [clock.now() - keptMs, keptBytes]);
      };
      stopPruning = tick.every({ name: 'deleting old logs', everyMs: pruneEveryMs, look });
    },
    /** What is logged from then on is not kept. */
    async stop(): Promise<void> {
      untap();
      await stopPruning();
      own.info(`the ${of.mode} has stopped`);
      await flush();
    },
  };
}
