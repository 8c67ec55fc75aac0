// The verbs of stored files. Whether the caller may touch a key has been decided at the door, by
// its path; where a verb names further keys it asks here.
import { AppError, type Clock, newId, notFound } from '../../base/index.ts';
import { readableBy } from '../../identity/index.ts';
import { authorise, type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { createFileLinks } from './links.ts';
import { isText, mediaTypeOf } from './media-types.ts';
import type { OpenFile, StoredFile } from './stored-file.ts';
import * as sql from './storage.sql.ts';
import { createUploads, graceMs, ownerOfUpload } from './uploads.ts';

export interface StorageDeps {
  db: Database;
  clock: Clock;
  deriveKey: (purpose: string) => Promise<Buffer>;
}

/** The value of a resource, with the caller's rights; throws `not_found`. */
export type ReadResource = (call: Call, path: string) => Promise<unknown>;

/** How a file is to be kept. */
export interface NewFile {
  key: string;
  contentType?: string | undefined;
  contentDisposition?: string | undefined;
}

export interface FileList {
  prefix: string;
  after: string;
  limit: number;
}

const fileNotFound = (key: string): AppError => notFound('file', key);

/** A key for a file that came without one. */
export function keyWithout(ending: string | undefined): string {
  return `windmill_uploads/${newId()}${ending === undefined ? '' : `.${ending}`}`;
}

function assertMay(call: Call, ask: 'read' | 'write', key: string): void {
  const wanted = { action: `files:${ask}`, risk: ask } as const;
  const verdict = authorise(call.caller, wanted, { kind: 'files', path: key });
  if (!verdict.allowed) throw verdict.error;
}

/** Puts what was uploaded in the place of what the key holds, in one commit. */
async function finish(
  { db, clock }: StorageDeps,
  call: Call,
  { upload, ...said }: NewFile & { upload: string },
): Promise<StoredFile> {
  const workspace = workspaceOf(call);
  const { key } = said;
  const now = clock.now();
  const how = {
    contentType: said.contentType ?? mediaTypeOf(key),
    contentDisposition: said.contentDisposition ?? null,
    editedBy: displayNameOf(call.caller),
    editedAt: now,
  };
  return db.transaction(async (queries) => {
    await queries.rows(sql.lockKey, [workspace, key]);
    const mine = [upload, workspace, ownerOfUpload(call), now];
    const kept = await queries.row<Pick<StoredFile, 'sizeBytes' | 'sha256'>>(sql.keepContent, mine);
    if (!kept) {
      throw new AppError('gone', 'There is no such upload, or it is over.', {
        hint: 'Send the file again.',
      });
    }
    await queries.run(sql.doomContentOfKey, [workspace, key, now + graceMs]);
    await queries.run(sql.putFile, [
      workspace,
      key,
      upload,
      kept.sizeBytes,
      how.contentType,
      how.contentDisposition,
      kept.sha256,
      how.editedBy,
      how.editedAt,
    ]);
    return { key, ...kept, ...how };
  });
}

async function moveFile(
  { db, clock }: StorageDeps,
  call: Call,
  { key, newKey }: { key: string; newKey: string },
): Promise<{ key: string }> {
  assertMay(call, 'write', newKey);
  const workspace = workspaceOf(call);
  const now = clock.now();
  if (key === newKey) return { key };
  await db.transaction(async (queries) => {
    for (const each of [key, newKey].toSorted()) await queries.rows(sql.lockKey, [workspace, each]);
    await queries.run(sql.doomContentOfKey, [workspace, newKey, now + graceMs]);
    await queries.run(sql.dropFile, [workspace, newKey]);
    const by = displayNameOf(call.caller);
    const moved = await queries.run(sql.moveFile, [workspace, key, newKey, by, now]);
    if (moved === 0) throw fileNotFound(key);
  });
  return { key: newKey };
}

function createReading(deps: StorageDeps) {
  const { db, clock } = deps;
  const uploads = createUploads(deps);
  const links = createFileLinks(deps);

  async function get(workspace: string, key: string): Promise<OpenFile> {
    const found = await db.row<OpenFile>(sql.selectFile, [workspace, key]);
    if (!found) throw fileNotFound(key);
    return found;
  }

  return {
    get: (call: Call, key: string) => get(workspaceOf(call), key),

    async list(call: Call, { prefix, after, limit }: FileList) {
      const { all, owners } = readableBy(call.caller);
      const values = [workspaceOf(call), after, prefix, all, owners, limit + 1];
      const rows = await db.rows<StoredFile>(sql.selectFiles, values);
      const files = rows.slice(0, limit);
      return { files, next: rows.length > limit ? (files.at(-1)?.key ?? null) : null };
    },

    /** Some bytes of a file, as text where they are. */
    async preview(call: Call, said: { key: string; fromByte: number; maxBytes: number }) {
      const { content, ...file } = await get(workspaceOf(call), said.key);
      const from = Math.min(said.fromByte, file.sizeBytes);
      const to = Math.min(from + said.maxBytes, file.sizeBytes);
      const pieces: Buffer[] = [];
      for await (const piece of uploads.bytes(content, { from, to })) pieces.push(piece);
      const bytes = Buffer.concat(pieces);
      const asText = isText(file.contentType);
      const text = asText ? new TextDecoder().decode(bytes) : bytes.toString('base64');
      return { ...file, text, base64: !asText };
    },

    /** Links to files that the caller may read, in the order of the keys. */
    async sign(call: Call, { keys, expiresInS }: { keys: string[]; expiresInS: number }) {
      const workspace = workspaceOf(call);
      const endsAtS = Math.ceil(clock.now() / 1000) + expiresInS;
      for (const key of keys) assertMay(call, 'read', key);
      const signed = keys.map(async (key) => {
        const signature = await links.sign({ workspace, key, endsAtS });
        return { key, query: `exp=${endsAtS}&sig=${signature}` };
      });
      return Promise.all(signed);
    },

    /** The file that a link opens, whoever comes with it. */
    async open(call: Call, link: { key: string; endsAtS: number; signature: string }) {
      const { key, endsAtS, signature } = link;
      const workspace = workspaceOf(call);
      if (!(await links.isRight({ workspace, key, endsAtS }, signature))) {
        throw new AppError('forbidden', 'This link is not signed by this server.', {
          hint: 'Ask for another one with signS3Objects or files.sign.',
        });
      }
      if (endsAtS * 1000 <= clock.now()) {
        throw new AppError('gone', 'This link has ended.', { hint: 'Ask for another one.' });
      }
      return get(workspace, key);
    },

    bytes: uploads.bytes,
  };
}

export type Storage = ReturnType<typeof createStorage>;

/** What streams files in and out. */
export type FileBytes = Pick<Storage, 'receive' | 'bytes'>;

export function createStorage(deps: StorageDeps) {
  const { db, clock } = deps;
  const uploads = createUploads(deps);
  return {
    ...createReading(deps),

    startUpload: async (call: Call, key: string) => ({ key, upload: await uploads.start(call) }),

    /** The upload's bytes: for the surface that streams them in, between its start and its end. */
    receive: uploads.receive,

    finishUpload: (call: Call, said: NewFile & { upload: string }) => finish(deps, call, said),

    /** A small file in one call. */
    async write(call: Call, { bytes, ...said }: NewFile & { bytes: Buffer }): Promise<StoredFile> {
      const upload = await uploads.start(call);
      await uploads.receive(
        upload,
        (async function* once() {
          yield bytes;
        })(),
      );
      return finish(deps, call, { ...said, upload });
    },

    move: (call: Call, said: { key: string; newKey: string }) => moveFile(deps, call, said),

    async delete(call: Call, key: string): Promise<{ key: string }> {
      const at = [workspaceOf(call), key, clock.now() + graceMs];
      if ((await db.run(sql.deleteFile, at)) === 0) throw fileNotFound(key);
      return { key };
    },
  };
}
