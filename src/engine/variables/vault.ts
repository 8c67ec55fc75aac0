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
const valueContext = (workspace: string): string => `value ${workspace}`;

export interface Sealed {
  workspace: string;
  ciphertext: string;
  /** The workspace's wrapped key, as read in the same statement. */
  wrapped: string | null;
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

  async function newKey(workspace: string): Promise<{ key: Buffer; wrapped: string }> {
    const key = randomBytes(32);
    return { key, wrapped: seal(await master(), keyContext(workspace), key) };
  }

  /** The key, held against rotation until the transaction of `queries` ends. */
  async function holdKey(queries: Queries, workspace: string): Promise<Buffer> {
    const known = await queries.row<KeyRow>(sql.holdKey, [workspace]);
    if (known) return unwrap(known);
    await assertRightMaster();
    const { wrapped } = await newKey(workspace);
    await queries.run(sql.insertKey, [workspace, wrapped, clock.now()]);
    const made = await queries.row<KeyRow>(sql.holdKey, [workspace]);
    if (!made) throw new Error(`no key for the workspace ${workspace}`);
    return unwrap(made);
  }

  function openWith(key: Buffer, { workspace, ciphertext }: Omit<Sealed, 'wrapped'>): string {
    const clear = unseal(key, valueContext(workspace), ciphertext);
    if (clear) return clear.toString('utf8');
    throw new AppError('unprocessable', 'This value is not encrypted with the workspace’s key.', {
      hint: 'Give the clear value; encrypted ones fit only the workspace that they come from.',
    });
  }

  return {
    async encrypt(queries: Queries, workspace: string, clear: string): Promise<string> {
      const key = await holdKey(queries, workspace);
      return seal(key, valueContext(workspace), Buffer.from(clear, 'utf8'));
    },

    /** The clear text. Throws `unavailable` for a wrong master key. */
    async decrypt({ wrapped, ...sealed }: Sealed): Promise<string> {
      if (wrapped === null) throw masterKeyError('The key of this workspace is missing.');
      return openWith(await unwrap({ workspace: sealed.workspace, wrapped }), sealed);
    },

    /** Throws `unprocessable` unless `ciphertext` opens with the workspace's key. */
    async assertOpens(queries: Queries, workspace: string, ciphertext: string): Promise<void> {
      openWith(await holdKey(queries, workspace), { workspace, ciphertext });
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

    /** A new key, and every secret under it, in one transaction; answers how many there were. */
    rotate: (workspace: string): Promise<number> =>
      db.transaction(async (queries) => {
        const old = await queries.row<KeyRow>(sql.takeKey, [workspace]);
        if (!old) return 0;
        const oldKey = await unwrap(old);
        const { key, wrapped } = await newKey(workspace);
        const rows = await queries.rows<{ path: string; value: string }>(sql.selectSecrets, [
          workspace,
        ]);
        const values = rows.map(({ value }) => {
          const clear = openWith(oldKey, { workspace, ciphertext: value });
          return seal(key, valueContext(workspace), Buffer.from(clear, 'utf8'));
        });
        await queries.run(sql.replaceSecrets, [workspace, rows.map(({ path }) => path), values]);
        await queries.run(sql.replaceKey, [workspace, wrapped, clock.now()]);
        return rows.length;
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
