// The way of a file's bytes in and out: chunk by chunk, so that a file of any size costs the server
// two chunks of memory and holds no connection of the database while its client is slow.
import { createHash } from 'node:crypto';
import { AppError, type Clock, newId, notFound } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { maxFileBytes } from './stored-file.ts';
import * as sql from './storage.sql.ts';

/** Measured beside 256 KiB and 4 MiB: docs/why/stored-files.md. */
const chunkBytes = 1024 * 1024;

/** How long an upload may take, and how long a reader of what was replaced may go on. */
export const graceMs = 3_600_000;

/** Who an upload belongs to: nobody else finishes it. */
export const ownerOfUpload = ({ caller }: Call): string =>
  caller.jobId ?? caller.userId ?? caller.email;

const tooLarge = (): AppError =>
  new AppError('too_large', `A stored file has at most ${maxFileBytes / 1024 ** 3} GiB.`, {
    hint: 'Divide it into several files.',
  });

/** The disk of the database is full (SQLSTATE class 53), which a caller must hear as such. */
function withoutRoom(error: unknown): unknown {
  const { code } = error as { code?: unknown };
  if (code !== '53100') return error;
  return new AppError('unavailable', 'The disk of the database is full; the file is not stored.', {
    hint: 'Whoever runs this server must make room. Nothing of the file was kept.',
    cause: error,
  });
}

/** Pieces of any size, as chunks of `chunkBytes` and a last one that may be smaller. */
async function* chunksOf(pieces: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let waiting: Uint8Array[] = [];
  let size = 0;
  for await (const piece of pieces) {
    let rest = piece;
    while (size + rest.length >= chunkBytes) {
      const part = rest.subarray(0, chunkBytes - size);
      yield Buffer.concat([...waiting, part], chunkBytes);
      rest = rest.subarray(part.length);
      waiting = [];
      size = 0;
    }
    if (rest.length === 0) continue;
    waiting.push(rest);
    size += rest.length;
  }
  if (size > 0) yield Buffer.concat(waiting, size);
}

export function createUploads({ db, clock }: { db: Database; clock: Clock }) {
  return {
    /** A place for bytes that belong to no file yet. */
    async start(call: Call): Promise<string> {
      const id = newId();
      const doomedAt = clock.now() + graceMs;
      await db.run(sql.insertContent, [id, workspaceOf(call), ownerOfUpload(call), doomedAt]);
      return id;
    },

    /** Takes the bytes in. What a failure leaves behind is never seen and goes in an hour. */
    async receive(content: string, pieces: AsyncIterable<Uint8Array>): Promise<void> {
      const hash = createHash('sha256');
      let sizeBytes = 0;
      let position = 0;
      try {
        for await (const chunk of chunksOf(pieces)) {
          sizeBytes += chunk.length;
          if (sizeBytes > maxFileBytes) throw tooLarge();
          hash.update(chunk);
          await db.run(sql.insertChunk, [content, position, chunk]);
          position += 1;
        }
        await db.run(sql.completeContent, [content, sizeBytes, hash.digest('hex')]);
      } catch (error) {
        throw withoutRoom(error);
      }
    },

    /** Bytes `from` up to and without `to`, in pieces. */
    async *bytes(content: string, { from, to }: { from: number; to: number }) {
      for (let at = from; at < to;) {
        const position = Math.floor(at / chunkBytes);
        const row = await db.row<{ bytes: Buffer }>(sql.selectChunk, [content, position]);
        // Replaced and gone while somebody read it for an hour.
        if (!row) throw notFound('content', content);
        const start = position * chunkBytes;
        yield row.bytes.subarray(at - start, to - start);
        at = start + chunkBytes;
      }
    },
  };
}

export type Uploads = ReturnType<typeof createUploads>;
