// The concurrency keys of the instance, for who runs it. What a key lets in is decided in SQL
// (`engine_let_in` in the migrations), in the claim of whoever looks first.
import { AppError, notFound } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import {
  deleteConcurrencyGroup,
  selectConcurrencyGroup,
  selectConcurrencyGroups,
  selectConcurrencyKey,
} from './limits.sql.ts';

export interface ConcurrencyGroup {
  key: string;
  running: number;
  waiting: number;
}

export function createConcurrency({ db }: { db: Database }) {
  return {
    concurrencyGroups: () => db.rows<ConcurrencyGroup>(selectConcurrencyGroups),

    async concurrencyKey(id: string): Promise<{ key: string }> {
      const row = await db.row<{ key: string | null }>(selectConcurrencyKey, [id]);
      if (!row?.key) throw notFound('job with a concurrency key', id);
      return { key: row.key };
    },

    async pruneConcurrency(key: string): Promise<{ key: string }> {
      if (await db.row(deleteConcurrencyGroup, [key])) return { key };
      if (!(await db.row(selectConcurrencyGroup, [key]))) throw notFound('concurrency key', key);
      throw new AppError('conflict', `Jobs of the concurrency key ${key} wait or run.`, {
        hint: 'Cancel them, or prune it when they are over.',
      });
    },
  };
}
