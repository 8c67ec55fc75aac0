// What a job says about itself while it runs: its progress, and the values that the steps of one
// flow share by key (Windmill's user states). They live and go with the job's row.
import { AppError } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { JobEvents } from './events.ts';
import { selectProgress, selectUserState, updateProgress, updateUserState } from './notes.sql.ts';
import { findJob } from './visibility.ts';

/** All states of one job together, as text. */
const maxStateBytes = 2_000_000;

export interface NotesDeps {
  db: Database;
  events: JobEvents;
}

function stateText(value: unknown): string {
  const text = JSON.stringify(value ?? null);
  if (!text.includes('\\u0000')) return text;
  throw new AppError('invalid_input', 'A user state holds the character U+0000.', {
    hint: 'Leave that character out; PostgreSQL cannot store it.',
  });
}

export function createNotes({ db, events }: NotesDeps) {
  return {
    /** Throws `conflict` when the job is over; answers the progress as it stands now. */
    async setProgress(
      call: Call,
      { id, percent }: { id: string; percent: number },
    ): Promise<{ percent: number }> {
      await findJob(db, call, { id, toCancel: true });
      const values = [id, workspaceOf(call), percent];
      const row = await db.row<{ progress: number }>(updateProgress, values);
      if (!row) {
        throw new AppError('conflict', `Job ${id} is over; its progress does not change any more.`);
      }
      events.progressed(id);
      return { percent: row.progress };
    },

    /** Null while the job has said nothing. */
    async progress(call: Call, id: string): Promise<number | null> {
      await findJob(db, call, { id });
      const row = await db.row<{ progress: number | null }>(selectProgress, [
        id,
        workspaceOf(call),
      ]);
      return row?.progress ?? null;
    },

    async setUserState(
      call: Call,
      { id, key, value }: { id: string; key: string; value: unknown },
    ): Promise<{ id: string; key: string }> {
      await findJob(db, call, { id, toCancel: true });
      const values = [id, workspaceOf(call), key, stateText(value), maxStateBytes];
      if (await db.row(updateUserState, values)) return { id, key };
      throw new AppError('unprocessable', 'The user states of a job hold at most 2 MB together.', {
        hint: 'Keep large values in a resource, and only its path in the state.',
      });
    },

    /** Null for a key that nobody set. */
    async userState(call: Call, { id, key }: { id: string; key: string }): Promise<unknown> {
      await findJob(db, call, { id });
      const values = [id, workspaceOf(call), key];
      const row = await db.row<{ value: unknown }>(selectUserState, values);
      return row?.value ?? null;
    },
  };
}
