// What the authorization server keeps, in the shape of its adapter. Ids are stored as hashes; an
// access token is also an ordinary token, so that one look-up serves both kinds.
import { AppError, type Clock, isUuid, newId, sha256 } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Changed } from '../person.ts';
import { prefixLength } from '../tokens/index.ts';
import * as sql from './oauth.sql.ts';

export type Payload = Record<string, unknown>;

/**
 * The seven verbs that oidc-provider asks of a store, for one kind of thing. Times in seconds.
 * Throws `gone` for what came too late.
 */
export interface ArtifactStore {
  upsert(id: string, payload: Payload, expiresIn?: number): Promise<void>;
  find(id: string): Promise<Payload | undefined>;
  findByUid(uid: string): Promise<Payload | undefined>;
  findByUserCode(code: string): Promise<undefined>;
  consume(id: string): Promise<void>;
  destroy(id: string): Promise<void>;
  revokeByGrantId(grantId: string): Promise<void>;
}

interface Row {
  payload: Payload;
  consumedAt: number | null;
}

/**
 * A refresh token that was used may be used once more for so long: several processes of one
 * person share it, and a lost answer is asked for again.
 */
const refreshGraceMs = 60_000;

/** How long a connection lives without being used. */
export const connectionMs = 30 * 24 * 60 * 60 * 1000;

interface Deps {
  db: Database;
  clock: Clock;
  changed: Changed;
}

const ended = (): AppError =>
  new AppError('gone', 'This consent was revoked, or its code was used before.');

const textOf = (value: unknown): string | null => (typeof value === 'string' ? value : null);

export function createArtifacts({ db, clock, changed }: Deps) {
  function shown(model: string, id: string | undefined, row: Row | undefined): Payload | undefined {
    if (!row) return undefined;
    const grace = model === 'RefreshToken' ? refreshGraceMs : 0;
    const isUsed = row.consumedAt !== null && clock.now() - row.consumedAt >= grace;
    return {
      ...row.payload,
      ...(id !== undefined && { jti: id }),
      ...(isUsed && { consumed: Math.floor((row.consumedAt ?? 0) / 1000) }),
    };
  }

  async function addAccessToken(id: string, grantId: string, expiresAt: number | null) {
    const now = clock.now();
    const rows = await db.run(sql.insertAccessToken, [
      newId(),
      sha256(id),
      id.slice(0, prefixLength),
      grantId,
      now,
      now + refreshGraceMs,
      now + connectionMs,
      expiresAt,
    ]);
    if (rows === 0) throw ended();
  }

  function storeOf(model: string): ArtifactStore {
    return {
      async upsert(id, payload, expiresIn) {
        // The id itself would open what it names to who reads the database.
        const { jti: _id, ...kept } = payload;
        const grantId = textOf(payload['grantId']);
        const expiresAt = expiresIn === undefined ? null : clock.now() + expiresIn * 1000;
        const uid = textOf(payload['uid']);
        const values = [model, sha256(id), uid, grantId, JSON.stringify(kept), expiresAt];
        await db.run(sql.upsertArtifact, values).catch((error: unknown) => {
          // The connection went meanwhile, and its row is what this one refers to.
          throw (error as { code?: unknown }).code === '23503' ? ended() : error;
        });
        if (model === 'AccessToken' && grantId) await addAccessToken(id, grantId, expiresAt);
      },

      async find(id) {
        const row = await db.row<Row>(sql.selectArtifact, [model, sha256(id), clock.now()]);
        return shown(model, id, row);
      },

      async findByUid(uid) {
        const row = await db.row<Row>(sql.selectArtifactByUid, [model, uid, clock.now()]);
        return shown(model, undefined, row);
      },

      findByUserCode: async () => undefined,

      async consume(id) {
        const rows = await db.run(sql.consumeArtifact, [model, sha256(id), clock.now()]);
        // A refresh token has its time of grace; a code is one request's alone.
        if (rows === 0 && model === 'AuthorizationCode') throw ended();
      },

      async destroy(id) {
        await db.run(sql.deleteArtifact, [model, sha256(id)]);
        if (model !== 'AccessToken') return;
        await db.run(sql.deleteAccessToken, [sha256(id)]);
        changed();
      },

      async revokeByGrantId(grantId) {
        if ((await db.run(sql.deleteByGrant, [grantId])) > 0) changed();
      },
    };
  }

  return {
    storeOf,
    /** Is there such a person, who may log in? */
    async hasAccount(userId: string): Promise<boolean> {
      return isUuid(userId) && (await db.row(sql.selectAccount, [userId])) !== undefined;
    },
    /** What a consent allows; undefined when it was revoked. */
    ofGrant: (grantId: string) =>
      db.row<{ scopes: string[]; readOnly: boolean }>(sql.selectConnection, [grantId]),
  };
}

export type Artifacts = ReturnType<typeof createArtifacts>;
