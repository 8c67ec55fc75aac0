// Takes due jobs from the queue for the free slots of this worker: at most as many as are free,
// in one round trip. It acts on signals; the slow beat is the floor under a missed one.
import { type Clock, type Log, type SlowTick, slowTickMs } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { type ClaimedJob, jobTokenOf, newJobSecret, queueStatements } from '../jobs/index.ts';

/** What is due later than that is seen by a beat before. */
const soonMs = 2 * slowTickMs;

/** As many as `engine_end_identities` ends at a time. */
const identitiesAtOnce = 500;

type ClaimedRow = Omit<ClaimedJob, 'token'> & { tokenHash: string };

export interface Claimer {
  /** Something may be due: look, now or right after the look that is under way. */
  wake(): void;
  /** Something will be due then. */
  wakeAt(dueAt: number): void;
  /** True when the last look left jobs in the queue, so newcomers must not overtake them. */
  hasBacklog(): boolean;
  /** Looks at every slow beat from now on. */
  start(): void;
  stop(): void;
}

export function createClaimer({
  db,
  clock,
  tick,
  log,
  worker,
  tags,
  freeSlots,
  onClaimed,
  onEnded,
}: {
  db: Database;
  clock: Clock;
  tick: SlowTick;
  log: Log;
  worker: string;
  tags: () => readonly string[];
  freeSlots: () => number;
  onClaimed: (job: ClaimedJob) => void;
  /** So many jobs ended without a slot; who waits for one of them must look. */
  onEnded: (count: number) => void;
}): Claimer {
  let looking = false;
  let again = false;
  let stopped = false;
  let backlog = false;
  let nextAt = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | undefined;
  let stopLooking: (() => Promise<void>) | undefined;

  async function claim(): Promise<void> {
    const slots = freeSlots();
    // A slot that frees itself wakes us again.
    if (slots <= 0) {
      backlog = true;
      return;
    }
    const secrets = Array.from({ length: slots }, newJobSecret);
    const rows = await db.rows<ClaimedRow>(queueStatements.claim, [
      worker,
      tags(),
      clock.now(),
      slots,
      secrets.map((secret) => secret.hash),
    ]);
    backlog = rows.length === slots;
    for (const { tokenHash, ...row } of rows) {
      const secret = secrets.find((candidate) => candidate.hash === tokenHash)?.secret ?? '';
      onClaimed({ ...row, token: jobTokenOf(row.id, secret) });
    }
    if (rows.some(({ kind }) => kind === 'identity')) await endIdentities();
    if (backlog) return;
    const due = await db.row<{ dueAt: number | null }>(queueStatements.nextDue, [tags()]);
    schedule(due?.dueAt ?? Number.POSITIVE_INFINITY);
  }

  /** Jobs that do nothing need no slot: they end where they are, many in one commit. */
  async function endIdentities(): Promise<void> {
    let count = identitiesAtOnce;
    while (count === identitiesAtOnce && !stopped) {
      const values = [worker, tags(), clock.now()];
      count = (await db.rows(queueStatements.endIdentities, values)).length;
      if (count > 0) onEnded(count);
    }
  }

  function schedule(dueAt: number): void {
    cancel?.();
    nextAt = dueAt;
    const delayMs = Math.max(1, dueAt - clock.now());
    cancel = delayMs < soonMs ? clock.after(delayMs, wake) : undefined;
  }

  function wake(): void {
    if (stopped) return;
    if (looking) {
      again = true;
      return;
    }
    looking = true;
    claim()
      .catch((error: unknown) => {
        log.error('claiming failed', { error });
        schedule(clock.now() + 1000);
      })
      .finally(() => {
        looking = false;
        if (again || (backlog && freeSlots() > 0)) {
          again = false;
          wake();
        }
      });
  }

  return {
    wake,
    wakeAt(dueAt) {
      if (!stopped && dueAt < nextAt) schedule(dueAt);
    },
    hasBacklog: () => backlog,
    start() {
      const name = 'looking at the queue';
      stopLooking = tick.every({ name, everyMs: slowTickMs, look: wake });
    },
    stop() {
      stopped = true;
      cancel?.();
      void stopLooking?.();
    },
  };
}
