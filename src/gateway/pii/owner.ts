// Whose pseudonyms they are, and how their values are encrypted: each map has a random key of its
// own, sealed with the key of the workspace, so that one query serves a result with many values.
import { createHmac, createSecretKey, type KeyObject, randomBytes } from 'node:crypto';
import { type Clock, newId } from '../../base/index.ts';
import { seal, unseal } from '../../engine/index.ts';
import type { Database } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import * as sql from './pii.sql.ts';

export interface PiiOwner {
  workspace: string;
  userId: string;
  /** '' for the person themself, else the grant of a delegation: neither reads the other's map. */
  namespace: string;
}

/** A map that can be read and written: its row and its key. */
export interface OpenMap {
  id: string;
  key: KeyObject;
}

interface OwnerRow {
  id: string;
  sealedKey: string;
}

const useOf = ({ userId, namespace }: PiiOwner): string => `pii ${userId} ${namespace}`;

/** 32 hex digits that tell values of one map apart and say nothing without its key. */
export const digestOf = (key: KeyObject, type: string, value: string): string =>
  createHmac('sha256', key).update(`${type} ${value}`).digest('hex').slice(0, 32);

export const sealValue = ({ id, key }: OpenMap, value: string): string =>
  seal(key, `pii ${id}`, Buffer.from(value, 'utf8'));

export const openValue = ({ id, key }: OpenMap, sealed: string): string | undefined =>
  unseal(key, `pii ${id}`, sealed)?.toString('utf8');

export type Owners = ReturnType<typeof createOwners>;

export function createOwners({
  db,
  clock,
  sealer,
}: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
}) {
  /** Undefined when the workspace has another key by now: then nothing of the map is readable. */
  async function open(owner: PiiOwner, row: OwnerRow): Promise<OpenMap | undefined> {
    const key = await sealer.open(owner.workspace, { use: useOf(owner), value: row.sealedKey });
    if (key === undefined) return undefined;
    return { id: row.id, key: createSecretKey(Buffer.from(key, 'base64')) };
  }

  const find = (owner: PiiOwner): Promise<OwnerRow | undefined> =>
    db.row<OwnerRow>(sql.selectOwner, [owner.workspace, owner.userId, owner.namespace]);

  return {
    find,
    open,

    /** The person's map, made when there is none, or none that can still be read. */
    async require(owner: PiiOwner): Promise<OpenMap> {
      for (;;) {
        const row = await find(owner);
        const known = row && (await open(owner, row));
        if (known) return known;
        if (row) await db.run(sql.deleteOwner, [row.id]);
        const { workspace, userId, namespace } = owner;
        const bytes = randomBytes(32);
        const made = { id: newId(), key: createSecretKey(bytes) };
        const value = bytes.toString('base64');
        const sealedKey = await sealer.seal(workspace, { use: useOf(owner), value });
        const values = [made.id, workspace, userId, namespace, sealedKey, clock.now()];
        if ((await db.run(sql.insertOwner, values)) === 1) return made;
      }
    },
  };
}
