// Tells the webhooks of workspaces what has changed: in order within a workspace, each event until
// it is taken (any 2xx), at least once. After ten tries in a row that failed, about a quarter of
// an hour, what waits is dropped, and each later event is tried once until one is taken again.
import { AppError, type Clock, type Log, type SlowTick } from '../../base/index.ts';
import type { Egress } from '../../egress/index.ts';
import type { Database } from '../../store/index.ts';
import * as sql from './webhooks.sql.ts';

const channel = 'engine_webhooks';
const lookEveryMs = 30_000;
/** Workspaces at a time in one process; a slow receiver keeps only its own workspace waiting. */
const maxSending = 4;
const answerWithinMs = 10_000;
/** Longer than a try: whoever has not come back by then is dead. */
const keepMs = 30_000;
const maxFailures = 10;

/** 2 s, 4 s, … 256 s, 512 s. */
const pauseMs = (failures: number): number => 1000 * 2 ** failures;

export interface SenderDeps {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  egress: Pick<Egress, 'fetch'>;
}

interface Taken {
  workspace: string;
  address: string;
  failures: number;
  /** Somebody else may take it from then on. */
  until: number;
}

export function createSender({ db, clock, tick, log, egress }: SenderDeps) {
  const sending = new Set<Promise<void>>();
  const stopping = new AbortController();
  const stops: (() => Promise<void> | void)[] = [];
  let wake: (() => void) | undefined;

  /** What went wrong, or undefined. */
  async function post(address: string, message: unknown): Promise<string | undefined> {
    const timeout = AbortSignal.timeout(answerWithinMs);
    try {
      const answer = await egress.fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(message),
        signal: AbortSignal.any([timeout, stopping.signal]),
      });
      await answer.body?.cancel();
      return answer.ok ? undefined : `It answered ${answer.status}.`;
    } catch (error) {
      if (stopping.signal.aborted) return 'The server stopped.';
      if (timeout.aborted) return `It did not answer within ${answerWithinMs / 1000} s.`;
      if (error instanceof AppError) return error.message;
      throw error;
    }
  }

  async function failed({ workspace, failures, until }: Taken, why: string): Promise<void> {
    const count = Math.min(failures + 1, maxFailures);
    const isLost = count >= maxFailures;
    const nextAt = isLost ? 0 : clock.now() + pauseMs(count);
    const error = isLost ? `${why} What waited was dropped.` : why;
    await db.transaction(async (queries) => {
      const freed = await queries.run(sql.freeWebhook, [workspace, until, nextAt, count, error]);
      if (isLost && freed === 1) await queries.run(sql.deleteEvents, [workspace]);
    });
  }

  /** Sends what waits in one workspace, until there is nothing or a try fails. */
  async function sendAll(taken: Taken): Promise<void> {
    const { workspace, address } = taken;
    let { failures, until } = taken;
    type Event = { number: number; message: unknown };
    while (!stopping.signal.aborted) {
      const event = await db.row<Event>(sql.selectEvent, [workspace]);
      if (!event) break;
      const why = await post(address, event.message);
      if (why !== undefined && stopping.signal.aborted) break;
      if (why !== undefined) return failed({ ...taken, failures, until }, why);
      await db.run(sql.deleteEvent, [event.number]);
      failures = 0;
      const longer = clock.now() + keepMs;
      if ((await db.run(sql.keepWebhook, [workspace, until, longer])) === 0) return;
      until = longer;
    }
    await db.run(sql.freeWebhook, [workspace, until, 0, failures, null]);
  }

  function begin(taken: Taken): void {
    const work: Promise<void> = sendAll(taken)
      .catch((error: unknown) => {
        // Free again when its time is over.
        log.error('a webhook could not be told', { error });
      })
      .finally(() => {
        sending.delete(work);
        // What came while its last look was under way, or waited for a place.
        if (!stopping.signal.aborted) look();
      });
    sending.add(work);
  }

  async function takeAll(): Promise<void> {
    while (sending.size < maxSending && !stopping.signal.aborted) {
      const now = clock.now();
      const taken = await db.row<Taken>(sql.takeWebhook, [now, now + keepMs]);
      if (!taken) break;
      begin(taken);
    }
    if (sending.size >= maxSending || stopping.signal.aborted) return;
    const next = await db.row<{ dueAt: number | null }>(sql.selectNextDue, []);
    wake?.();
    wake = undefined;
    const dueAt = next?.dueAt ?? null;
    if (dueAt !== null) wake = clock.after(Math.max(0, dueAt - clock.now()) + 1, look);
  }

  let looking: Promise<void> = Promise.resolve();
  let again = false;
  function look(): void {
    if (again) return;
    again = true;
    looking = looking
      .then(() => {
        again = false;
        return takeAll();
      })
      .catch((error: unknown) => log.error('webhooks could not be looked at', { error }));
  }

  return {
    async start(): Promise<void> {
      stops.push(await db.listen(channel, look));
      stops.push(tick.every({ name: 'telling webhooks', everyMs: lookEveryMs, look }));
      look();
    },
    async stop(): Promise<void> {
      stopping.abort();
      wake?.();
      for (const stop of stops.splice(0)) await stop();
      await looking;
      await Promise.all(sending);
    },
  };
}
