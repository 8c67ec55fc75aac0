// Stores how runs ended: many completions and their last log lines in one commit, then tells
// whoever waits. A result that the database refuses fails its own job, never its neighbours.
import { createBatcher, type Log, messageOf } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import {
  type Ending,
  errorResult,
  type JobEvents,
  type LogPiece,
  runStatements,
} from '../jobs/index.ts';

function column<Item, Value>(items: readonly Item[], pick: (item: Item) => Value): Value[] {
  return items.map(pick);
}

function logColumns(pieces: readonly LogPiece[]): unknown[] {
  return [
    column(pieces, (piece) => piece.jobId),
    column(pieces, (piece) => piece.start),
    column(pieces, (piece) => piece.stop),
    column(pieces, (piece) => piece.content),
  ];
}

async function write(db: Database, endings: readonly Ending[]): Promise<boolean[]> {
  const all = endings.map((ending) => ending.completion);
  const pieces = endings.map((ending) => ending.rest).filter((piece) => piece !== undefined);
  const ended = await db.rows<{ id: string }>(runStatements.complete, [
    column(all, (one) => one.id),
    column(all, (one) => one.worker),
    column(all, (one) => one.attempt),
    column(all, (one) => one.success),
    column(all, (one) => one.resultJson),
    column(all, (one) => one.completedAt),
    column(all, (one) => one.durationMs),
    column(all, (one) => one.memPeakKb),
    column(all, (one) => one.canceled),
    column(all, (one) => (one.labels === null ? null : JSON.stringify(one.labels))),
    ...logColumns(pieces),
  ]);
  const ids = new Set(ended.map((row) => row.id));
  return all.map((one) => ids.has(one.id));
}

export function createCompleter({
  db,
  events,
  log,
}: {
  db: Database;
  events: JobEvents;
  log: Log;
}) {
  const endings = createBatcher<Ending, boolean>((batch) => write(db, batch), {
    maxItems: 100,
    writers: 1,
  });
  const logs = createBatcher<LogPiece, undefined>(
    async (pieces) => {
      await db.run(runStatements.appendLogs, logColumns(pieces));
      return pieces.map(() => undefined);
    },
    // One at a time: pieces of one log must become visible in their order.
    { maxItems: 200, writers: 1 },
  );

  async function store(ending: Ending): Promise<boolean> {
    try {
      return await endings.add(ending);
    } catch (error) {
      const { code } = error as { code?: string };
      // Class 22 and 54: this result cannot be stored (too deep, bad escape). Anything else is
      // the database's own trouble, and the rescuer takes the job up when we are gone.
      if (code === undefined || !/^(22|54)/.test(code)) throw error;
      const why = `The result cannot be stored: ${messageOf(error)}`;
      const resultJson = errorResult('ResultError', why);
      return endings.add({
        ...ending,
        completion: { ...ending.completion, success: false, resultJson },
      });
    }
  }

  return {
    /** Resolves when the end is committed; false when somebody else had ended the job already. */
    async complete(ending: Ending, mine: boolean): Promise<boolean> {
      const { id, success, resultJson } = ending.completion;
      const stored = await store(ending);
      events.ended(id, stored ? { success, resultJson } : undefined);
      if (!mine) events.tellOthers(id);
      return stored;
    },

    /** Resolves when the piece is stored, or when it could not be: a log never fails a run. */
    async appendLog(piece: LogPiece, mine: boolean): Promise<void> {
      try {
        await logs.add(piece);
        events.progressed(piece.jobId);
        if (!mine) events.tellProgress(piece.jobId);
      } catch (error) {
        log.error('a log could not be stored', { job: piece.jobId, error });
      }
    },

    async drain(): Promise<void> {
      await logs.drain();
      await endings.drain();
    },
  };
}

export type Completer = ReturnType<typeof createCompleter>;
