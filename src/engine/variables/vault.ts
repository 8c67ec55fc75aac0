// Encrypts and decrypts with the key of a workspace. Each workspace has a random key of its own,
// stored wrapped by the master key. A write holds the key's row, so that a rotation waits for it.
import { hkdfSync, randomBytes } from 'node:crypto';
import { AppError, type Clock } from '../../base/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import { type MasterKey, masterKeyError } from './master-key.ts';
import { seal, unseal } from './seal.ts';
import * as sql from './vault.sql.ts';

interface KeyRow {
  workspace: string;
  wrapped: string;
}

const keyContext = (workspace: string): string => `key ${workspace}`;
/** Not of the workspace: a copy of it that was given its key takes over its ciphertexts. */
const valueContext = 'value';

/** 32 random bytes: AES-256. */
export const newKey = (): Buffer => randomBytes(32);

interface Resealing {
  workspace: string;
  from: Buffer;
  to: Buffer;
}

export interface Sealed {
  workspace: string;
  ciphertext: string;
  /** The workspace's wrapped key, as read in the same statement. */
  wrapped: string | null;
}

/** Deleted secrets can come back: they follow the key. One under an older key stays as it is. */
async function resealTrash(
  queries: Queries,
  workspace: string,
  reseal: (ciphertext: string) => string,
): Promise<void> {
  const ids: number[] = [];
  const values: string[] = [];
  type Row = { id: number; value: string };
  for (const { id, value } of await queries.rows<Row>(sql.selectTrashedSecrets, [workspace])) {
    try {
      values.push(reseal(value));
      ids.push(id);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
  }
  await queries.run(sql.replaceTrashedSecrets, [ids, values]);
}

export type Vault = ReturnType<typeof createVault>;

export function createVault({
  db,
  clock,
  masterKey,
}: {
  db: Database;
  clock: Clock;
  masterKey: MasterKey;
}) {
  const master = (): Promise<Buffer> =>
    masterKey.get(async () => (await db.row(sql.selectAnyKey)) === undefined);

  async function unwrap({ workspace, wrapped }: KeyRow): Promise<Buffer> {
    const key = unseal(await master(), keyContext(workspace), wrapped);
    if (key) return key;
    throw masterKeyError('The master key is not the one that this database was written with.');
  }

  /** A key under another master key would make half of the secrets unreadable for ever. */
  async function assertRightMaster(): Promise<void> {
    const any = await db.row<KeyRow>(sql.selectAnyKey);
    if (any) await unwrap(any);
  }

  /** The workspace's first key; nothing when somebody else was faster. */
  async function insertKey(queries: Queries, workspace: string): Promise<void> {
    await assertRightMaster();
    const wrapped = seal(await master(), keyContext(workspace), newKey());
    await queries.run(sql.insertKey, [workspace, wrapped, clock.now()]);
  }

  /** The key, held against rotation until the transaction of `queries` ends. */
  async function holdKey(queries: Queries, workspace: string): Promise<Buffer> {
    const known = await queries.row<KeyRow>(sql.holdKey, [workspace]);
    if (known) return unwrap(known);
    await insertKey(queries, workspace);
    const made = await queries.row<KeyRow>(sql.holdKey, [workspace]);
    if (!made) throw new Error(`no key for the workspace ${workspace}`);
    return unwrap(made);
  }

  /** The key, with every writer of secrets waiting until the transaction ends. */
  async function takeKey(queries: Queries, workspace: string): Promise<Buffer> {
    let row = await queries.row<KeyRow>(sql.takeKey, [workspace]);
    if (!row) {
      await insertKey(queries, workspace);
      row = await queries.row<KeyRow>(sql.takeKey, [workspace]);
    }
    if (!row) throw new Error(`no key for the workspace ${workspace}`);
    return unwrap(row);
  }

  /** From one key to another. */
  const resealer =
    ({ workspace, from, to }: Resealing) =>
    (ciphertext: string): string => {
      const clear = openWith(from, { workspace, ciphertext });
      return seal(to, valueContext, Buffer.from(clear, 'utf8'));
    };

  async function reseal(queries: Queries, how: Resealing): Promise<number> {
    type Row = { path: string; value: string };
    const rows = await queries.rows<Row>(sql.selectSecrets, [how.workspace]);
    const paths = rows.map(({ path }) => path);
    const values = rows.map(({ value }) => value).map(resealer(how));
    await queries.run(sql.replaceSecrets, [how.workspace, paths, values]);
    await resealTrash(queries, how.workspace, resealer(how));
    return rows.length;
  }

  /** Always, because nobody brings ciphertexts of accounts along with a key. */
  async function resealAccounts(queries: Queries, how: Resealing): Promise<void> {
    type Row = { id: number; sealed: string };
    const rows = await queries.rows<Row>(sql.selectSealedAccounts, [how.workspace]);
    const ids = rows.map(({ id }) => id);
    const sealed = rows.map((row) => row.sealed).map(resealer(how));
    await queries.run(sql.replaceSealedAccounts, [ids, sealed]);
  }

  function openWith(key: Buffer, { workspace, ciphertext }: Omit<Sealed, 'wrapped'>): string {
    // The second form is how the first days of Millrace wrote them.
    const clear =
      unseal(key, valueContext, ciphertext) ?? unseal(key, `value ${workspace}`, ciphertext);
    if (clear) return clear.toString('utf8');
    throw new AppError('unprocessable', 'This value is not encrypted with the workspace’s key.', {
      hint: 'Give the clear value; encrypted ones fit only the workspace that they come from.',
    });
  }

  return {
    async encrypt(queries: Queries, workspace: string, clear: string): Promise<string> {
      const key = await holdKey(queries, workspace);
      return seal(key, valueContext, Buffer.from(clear, 'utf8'));
    },

    /** The clear text. Throws `unavailable` for a wrong master key. */
    async decrypt({ wrapped, ...sealed }: Sealed): Promise<string> {
      if (wrapped === null) throw masterKeyError('The key of this workspace is missing.');
      return openWith(await unwrap({ workspace: sealed.workspace, wrapped }), sealed);
    },

    /** Keeps rotations out until the transaction ends; taken before any other row. */
    hold: async (queries: Queries, workspace: string): Promise<void> =>
      void (await holdKey(queries, workspace)),

    /** The clear text. Throws `unprocessable` unless it opens with the workspace's key. */
    async open(queries: Queries, workspace: string, ciphertext: string): Promise<string> {
      return openWith(await holdKey(queries, workspace), { workspace, ciphertext });
    },

    /** Seals for one use: it opens for that use alone, in the same workspace. */
    async sealFor(workspace: string, { use, value }: { use: string; value: string }) {
      const key = await holdKey(db, workspace);
      return seal(key, `${use} ${workspace}`, Buffer.from(value, 'utf8'));
    },

    /** The clear text; undefined for another use, another workspace or an earlier key. */
    async openFor(workspace: string, { use, value }: { use: string; value: string }) {
      const key = await holdKey(db, workspace);
      return unseal(key, `${use} ${workspace}`, value)?.toString('utf8');
    },

    /** The key itself, for another workspace that takes over this one's ciphertexts. */
    exportKey: (workspace: string): Promise<Buffer> =>
      db.transaction((queries) => holdKey(queries, workspace)),

    /**
     * Puts `key` (32 bytes) in the place of the old one, in one transaction, and every secret
     * under it unless `reencrypt` is false; answers how many were encrypted anew.
     */
    rekey: (
      workspace: string,
      { key, reencrypt }: { key: Buffer; reencrypt: boolean },
    ): Promise<number> =>
      db.transaction(async (queries) => {
        const old = await takeKey(queries, workspace);
        await resealAccounts(queries, { workspace, from: old, to: key });
        const count = reencrypt ? await reseal(queries, { workspace, from: old, to: key }) : 0;
        const wrapped = seal(await master(), keyContext(workspace), key);
        await queries.run(sql.replaceKey, [workspace, wrapped, clock.now()]);
        return count;
      }),

    /** 32 bytes of this installation's own for one purpose. Throws `unavailable`. */
    async derive(purpose: string): Promise<Buffer> {
      await assertRightMaster();
      return Buffer.from(hkdfSync('sha256', await master(), '', purpose, 32));
    },

    /** Throws `unavailable` when the master key is missing or wrong; a fresh start is fine. */
    check: assertRightMaster,
  };
}
