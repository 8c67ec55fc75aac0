// Reading logs back. Offsets count UTF-16 units from the log's beginning, so a client can ask
// for what follows what it has.
import type { Database } from '../../store/index.ts';
import { selectLogs } from './jobs.sql.ts';

interface Piece {
  start: number;
  stop: number;
  content: string;
}

/** The log from `offset` on, and the offset to ask for next. */
export async function readLogs(
  db: Database,
  id: string,
  offset: number,
): Promise<{ logs: string; offset: number }> {
  const pieces = await db.rows<Piece>(selectLogs, [id, offset]);
  let logs = '';
  let end = offset;
  for (const piece of pieces) {
    logs += piece.start < offset ? piece.content.slice(offset - piece.start) : piece.content;
    end = piece.stop;
  }
  return { logs, offset: end };
}
