// Stores audit rows. Rows of writes are stored before the answer leaves, many in one commit;
// rows of reads are written behind, so that a read costs no commit.
import {
  AppError,
  type Clock,
  createBatcher,
  cutBytes,
  type Log,
  monotonicMs,
  newId,
} from '../base/index.ts';
import type { Database } from '../store/index.ts';
import { insertAuditRows } from './audit.sql.ts';
import type { AuditRow, AuditSink } from './audit.ts';
import { displayNameOf } from './caller.ts';
import type { Flight } from './invoke.ts';

/** How long a read's row may wait; a crash loses at most this much of them. */
const writeBehindMs = 200;
const maxBatch = 500;
/** Beyond this many waiting reads a read waits for the database too, so memory stays bounded. */
const maxWaiting = 20_000;

function outcomeOf(error: unknown): Pick<AuditRow, 'outcome' | 'code'> {
  if (error === undefined) return { outcome: 'ok', code: null };
  if (!(error instanceof AppError)) return { outcome: 'failed', code: 'internal' };
  const refused = error.status < 500 && error.status !== 408;
  return { outcome: refused ? 'refused' : 'failed', code: error.code };
}

interface Ended {
  flight: Flight;
  error: unknown;
  startedMs: number;
  at: number;
}

function rowOf({ flight, error, startedMs, at }: Ended): AuditRow {
  const { call, operation, target } = flight;
  return {
    id: newId(),
    at,
    workspace: call.workspace,
    email: call.caller.email,
    username: displayNameOf(call.caller),
    callerKind: call.caller.kind,
    tokenPrefix: call.caller.tokenPrefix,
    jobId: call.caller.jobId,
    surface: call.surface,
    operation: cutBytes(flight.name, 100),
    risk: operation?.risk ?? 'unknown',
    target: target ? cutBytes(`${target.kind}/${target.path}`, 500) : null,
    ...outcomeOf(error),
    durationMs: Math.round((monotonicMs() - startedMs) * 1000) / 1000,
    causedBy: call.causedBy,
    times: call.times ?? 1,
  };
}

/** The audit log on `db`. `drain` before the database closes. */
export function createAuditLog({
  db,
  clock,
  log,
}: {
  db: Database;
  clock: Clock;
  log: Log;
}): AuditSink {
  const write = async (rows: AuditRow[]): Promise<undefined[]> => {
    // NUL cannot be stored in text, and a caller may put one into a name or path.
    await db.run(insertAuditRows, [JSON.stringify(rows).replaceAll('\\u0000', '\\ufffd')]);
    return rows.map(() => undefined);
  };
  const stored = createBatcher<AuditRow, undefined>(write, { maxItems: maxBatch, writers: 1 });
  let behind: AuditRow[] = [];
  let timer: (() => void) | undefined;

  async function flushBehind(): Promise<void> {
    timer?.();
    timer = undefined;
    const rows = behind;
    behind = [];
    try {
      await Promise.all(rows.map((row) => stored.add(row)));
    } catch (error) {
      log.error('audit rows of reads could not be stored', { count: rows.length, error });
    }
  }

  return {
    start(flight) {
      const startedMs = monotonicMs();
      const at = clock.now();
      return async (error) => {
        const row = rowOf({ flight, error, startedMs, at });
        if (row.risk === 'write' || row.risk === 'high_risk') {
          await stored.add(row);
          return;
        }
        behind.push(row);
        if (behind.length >= maxWaiting) await flushBehind();
        else timer ??= clock.after(writeBehindMs, () => void flushBehind());
      };
    },
    async drain() {
      await flushBehind();
      await stored.drain();
    },
  };
}
