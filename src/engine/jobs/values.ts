// Arguments and results of jobs by themselves: whole, a part, or a page of the text of one that is
// too long for a single answer.
import { AppError, notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { selectValue, selectValuePage } from './values.sql.ts';
import { findJob } from './visibility.ts';

export interface ValueWanted {
  id: string;
  of: 'args' | 'result';
  /** `a.b.0`: names and indexes with dots between; all of it when absent. */
  jsonPath?: string | undefined;
}

const partsOf = (jsonPath = ''): string[] => (jsonPath === '' ? [] : jsonPath.split('.'));

const continues = (byte: number | undefined): boolean =>
  byte !== undefined && byte >= 0x80 && byte < 0xc0;

/** Where the last whole character of UTF-8 ends. */
function wholeEnd(bytes: Buffer): number {
  let start = bytes.length - 1;
  while (start > 0 && continues(bytes[start])) start -= 1;
  const first = bytes[start] ?? 0;
  let length = 1;
  if (first >= 0xf0) length = 4;
  else if (first >= 0xe0) length = 3;
  else if (first >= 0xc0) length = 2;
  return start + length <= bytes.length ? bytes.length : start;
}

/** Each throws `not_found` for a job that is not the caller's to see, or has no such value yet. */
export function createValues({ db }: { db: Database }) {
  function nothingThere({ id, of, jsonPath }: ValueWanted): AppError {
    if (jsonPath === undefined) return notFound(of === 'result' ? 'completed job' : 'job', id);
    return new AppError('not_found', `The ${of} of the job ${id} has nothing at ${jsonPath}.`);
  }

  return {
    async value(call: Call, wanted: ValueWanted): Promise<unknown> {
      const { id, of, jsonPath } = wanted;
      await findJob(db, call, { id });
      const values = [id, workspaceOf(call), of === 'args', partsOf(jsonPath)];
      const row = await db.row<{ value: unknown }>(selectValue, values);
      if (!row) throw nothingThere({ id, of });
      return row.value;
    },

    /** Begins and ends with whole characters, so the pages one after the other are the text. */
    async valuePage(
      call: Call,
      { offset, limit, ...wanted }: ValueWanted & { offset: number; limit: number },
    ) {
      const { id, of, jsonPath } = wanted;
      await findJob(db, call, { id });
      const place = [id, workspaceOf(call), of === 'args', partsOf(jsonPath)];
      type Row = { page: Buffer | null; totalBytes: number | null };
      const row = await db.row<Row>(selectValuePage, [...place, offset, limit]);
      if (!row?.page || row.totalBytes === null) throw nothingThere(wanted);
      const { page, totalBytes } = row;
      let from = 0;
      while (from < 3 && continues(page[from])) from += 1;
      const end = offset + page.length >= totalBytes ? page.length : wholeEnd(page);
      const nextOffset = offset + end < totalBytes ? offset + end : null;
      return { text: page.toString('utf8', from, end), nextOffset, totalBytes };
    },
  };
}
