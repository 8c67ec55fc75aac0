// The file of a backup: a gzip'd tar. `manifest.json` comes first, then each table's rows as COPY
// text in parts of a few megabytes (`tables/<name>/<part>.copy`), and `end.json` last, without
// which the archive is incomplete. The folder `files/` is kept free for files of the data folder.
import { once } from 'node:events';
import { createReadStream, createWriteStream } from 'node:fs';
import { open, rename, rm, stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { extract, pack } from 'tar-stream';
import { z } from 'zod';
import { AppError, messageOf } from '../../base/index.ts';

type Entry = Readable & { header: { name: string } };

const format = 1;
const partBytes = 4_000_000;

const manifestShape = z.object({
  format: z.literal(format),
  /** The Millrace that wrote it. */
  version: z.string(),
  createdAt: z.number(),
  migrations: z.array(
    z.object({
      number: z.number(),
      name: z.string(),
      checksum: z.string(),
      version: z.string(),
    }),
  ),
  tables: z.array(z.object({ name: z.string(), columns: z.array(z.string()) })),
  sequences: z.array(z.object({ name: z.string(), lastValue: z.string().nullable() })),
});
export type Manifest = Omit<z.infer<typeof manifestShape>, 'format'>;

const endShape = z.object({ rows: z.record(z.string(), z.number()) });

export interface ArchiveWriter {
  /** Appends one table; `rows` tells, once the stream has ended, how many it held. */
  table(name: string, content: AsyncIterable<Buffer>, rows: () => number): Promise<void>;
  /** Puts the whole file, flushed to disk, under its name. */
  finish(): Promise<void>;
  /** Leaves nothing behind. */
  abandon(): Promise<void>;
}

async function* inParts(content: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let gathered: Buffer[] = [];
  let size = 0;
  for await (const chunk of content) {
    gathered.push(chunk);
    size += chunk.length;
    if (size < partBytes) continue;
    yield Buffer.concat(gathered);
    gathered = [];
    size = 0;
  }
  if (size > 0) yield Buffer.concat(gathered);
}

function fileError(error: unknown, file: string): AppError {
  const { code } = error as NodeJS.ErrnoException;
  const reasons: Record<string, string> = {
    EACCES: 'permission denied',
    EEXIST: 'it exists already',
    EISDIR: 'it is a folder',
    ENOENT: 'it or its folder does not exist',
    ENOSPC: 'no space is left on the disk',
    EROFS: 'the file system is read-only',
  };
  const reason = reasons[code ?? ''] ?? messageOf(error);
  return new AppError('unavailable', `Cannot use the file ${file}: ${reason}.`, { cause: error });
}

async function exists(file: string): Promise<boolean> {
  return stat(file).then(
    () => true,
    () => false,
  );
}

/** Begins an archive beside its place; it appears under its name only when it is whole. */
export async function writeArchive(file: string, manifest: Manifest): Promise<ArchiveWriter> {
  if (await exists(file)) {
    throw new AppError('conflict', `The file ${file} exists already.`, {
      hint: 'Give the backup another name, or remove that file first.',
    });
  }
  const part = `${file}.part`;
  const handle = await open(part, 'w', 0o600).catch((error: unknown) => {
    throw fileError(error, file);
  });
  const tar = pack();
  const written = pipeline(
    tar,
    createGzip({ level: 3 }),
    createWriteStream(part, { fd: handle.fd, autoClose: false }),
  );
  // Seen by whoever waits for an entry; the promise itself is awaited at the end.
  written.catch(() => undefined);
  const rows: Record<string, number> = {};

  async function entry(name: string, content: Buffer): Promise<void> {
    const done = new Promise<void>((resolve, reject) => {
      tar.entry({ name, size: content.length }, content, (error) =>
        error ? reject(error) : resolve(),
      );
    });
    await Promise.race([done, written]);
  }
  const json = (value: unknown) => Buffer.from(`${JSON.stringify(value)}\n`);
  await entry('manifest.json', json({ format, ...manifest }));

  return {
    async table(name, content, count) {
      let number = 0;
      for await (const bytes of inParts(content)) {
        number += 1;
        await entry(`tables/${name}/${String(number).padStart(6, '0')}.copy`, bytes);
      }
      rows[name] = count();
    },
    async finish() {
      await entry('end.json', json({ rows }));
      tar.finalize();
      await written.catch((error: unknown) => {
        throw fileError(error, file);
      });
      await handle.sync();
      await handle.close();
      await rename(part, file);
    },
    async abandon() {
      tar.destroy();
      await written.catch(() => undefined);
      await handle.close().catch(() => undefined);
      await rm(part, { force: true });
    },
  };
}

export interface ArchiveReader {
  readonly manifest: Manifest;
  /** The rows of the next table; tables come in the manifest's order. */
  table(name: string): AsyncIterable<Buffer>;
  /** Reads to the end. Answers how many rows each table must have; throws when it is cut off. */
  end(): Promise<Readonly<Record<string, number>>>;
  close(): void;
}

function broken(file: string, cause: unknown): AppError {
  return new AppError('unprocessable', `The backup ${file} is incomplete or damaged.`, {
    hint: 'Nothing was restored. Use another copy of it.',
    cause,
  });
}

function notOurs(file: string): AppError {
  return new AppError('unprocessable', `The file ${file} is not a backup of this Millrace.`, {
    hint: 'Nothing was restored. Backups of a newer Millrace need that version.',
  });
}

async function textOf(entry: Entry): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of entry) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks).toString();
}

/** Opens an archive and reads its manifest. Throws `unavailable` or `unprocessable`. */
export async function readArchive(file: string): Promise<ArchiveReader> {
  const source = createReadStream(file);
  await once(source, 'open').catch((error: unknown) => {
    throw fileError(error, file);
  });
  const tar = extract();
  const reading = pipeline(source, createGunzip(), tar);
  // The failure also reaches whoever waits for the next entry.
  reading.catch(() => undefined);
  const entries = tar[Symbol.asyncIterator]();
  let current: Entry | undefined;

  async function advance(): Promise<Entry | undefined> {
    try {
      const { value, done } = await entries.next();
      current = done ? undefined : (value as unknown as Entry);
      return current;
    } catch (error) {
      throw broken(file, error);
    }
  }

  const first = await advance().catch(() => undefined);
  if (first?.header.name !== 'manifest.json') {
    tar.destroy();
    throw notOurs(file);
  }
  const parsed = manifestShape.safeParse(JSON.parse(await textOf(first)));
  if (!parsed.success) {
    tar.destroy();
    throw notOurs(file);
  }
  await advance();

  async function* table(name: string): AsyncGenerator<Buffer> {
    while (current?.header.name.startsWith(`tables/${name}/`)) {
      try {
        yield* current as AsyncIterable<Buffer>;
      } catch (error) {
        throw broken(file, error);
      }
      await advance();
    }
  }

  return {
    manifest: parsed.data,
    table,
    async end() {
      if (current?.header.name !== 'end.json') throw broken(file, 'no end');
      const { rows } = endShape.parse(JSON.parse(await textOf(current)));
      await advance();
      await reading.catch((error: unknown) => {
        throw broken(file, error);
      });
      return rows;
    },
    close: () => {
      tar.destroy();
    },
  };
}
