// The keys that sign id tokens: RSA, because every cloud that trusts such tokens knows RS256. The
// private parts are sealed; a key is replaced by age, and published while its tokens may be good.
import { exportJWK, exportPKCS8, generateKeyPair, importPKCS8, type JWK } from 'jose';
import { AppError, type Clock, newId } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { seal, unseal } from '../variables/index.ts';
import * as sql from './id-tokens.sql.ts';

export const algorithm = 'RS256';

/** Longest life of a token. */
export const maxLifeS = 48 * 3600;

const replaceAfterMs = 90 * 24 * 3_600_000;
const publishedForMs = (maxLifeS + 3600) * 1000;

interface StoredKey {
  kid: string;
  publicJwk: JWK;
  sealed: string;
  createdAt: number;
}

type PrivateKey = Awaited<ReturnType<typeof importPKCS8>>;

export interface SigningKeysDeps {
  db: Database;
  clock: Clock;
  deriveKey: (purpose: string) => Promise<Buffer>;
}

export type SigningKeys = ReturnType<typeof createSigningKeys>;

export function createSigningKeys({ db, clock, deriveKey }: SigningKeysDeps) {
  const opened = new Map<string, PrivateKey>();
  let known: Buffer | undefined;

  async function sealingKey(): Promise<Buffer> {
    known ??= await deriveKey('id token signing keys');
    return known;
  }

  const context = (kid: string): string => `signing key ${kid}`;

  async function made(): Promise<StoredKey> {
    const pair = await generateKeyPair(algorithm, { extractable: true });
    const kid = newId();
    const publicJwk = { ...(await exportJWK(pair.publicKey)), kid, alg: algorithm, use: 'sig' };
    const pem = Buffer.from(await exportPKCS8(pair.privateKey));
    const sealed = seal(await sealingKey(), context(kid), pem);
    return { kid, publicJwk, sealed, createdAt: clock.now() };
  }

  const isYoung = (key: StoredKey): boolean => clock.now() - key.createdAt < replaceAfterMs;

  /** A key is still needed while the one that came after it is younger than its last token. */
  const published = (keys: readonly StoredKey[]): StoredKey[] =>
    keys.filter((_key, at) => {
      const next = keys[at - 1];
      return next === undefined || clock.now() - next.createdAt < publishedForMs;
    });

  /** Makes the next key, unless another process has just made it. */
  async function replace(isGood: (newest: StoredKey) => boolean): Promise<StoredKey> {
    const next = await made();
    return db.transaction(async (queries) => {
      await queries.rows(sql.lockSigningKeys);
      const keys = await queries.rows<StoredKey>(sql.selectSigningKeys);
      const [newest] = keys;
      if (newest && isGood(newest)) return newest;
      const { kid, publicJwk, sealed, createdAt } = next;
      const jwk = JSON.stringify(publicJwk);
      await queries.run(sql.insertSigningKey, [kid, jwk, sealed, createdAt]);
      const kept = new Set(published([next, ...keys]).map((key) => key.kid));
      const gone = keys.filter((key) => !kept.has(key.kid)).map((key) => key.kid);
      await queries.run(sql.deleteSigningKeys, [gone]);
      return next;
    });
  }

  async function open({ kid, sealed }: StoredKey): Promise<PrivateKey> {
    const pem = unseal(await sealingKey(), context(kid), sealed);
    if (!pem) {
      throw new AppError('unavailable', 'The key that signs id tokens cannot be opened.', {
        hint: 'It was sealed under another master key: rotate it with idTokens.rotateKey.',
      });
    }
    return importPKCS8(pem.toString(), algorithm);
  }

  return {
    /** The key that signs now, made when there is none or the last one is old. */
    async current(): Promise<{ kid: string; key: PrivateKey }> {
      const [newest] = await db.rows<StoredKey>(sql.selectSigningKeys);
      const stored = newest && isYoung(newest) ? newest : await replace(isYoung);
      const key = opened.get(stored.kid) ?? (await open(stored));
      opened.clear();
      opened.set(stored.kid, key);
      return { kid: stored.kid, key };
    },

    /** What verifies tokens, newest first. */
    async published(): Promise<JWK[]> {
      const keys = await db.rows<StoredKey>(sql.selectSigningKeys);
      return published(keys).map(({ publicJwk }) => publicJwk);
    },

    /** Signs with another key from now on; tokens that are out stay good. */
    async rotate(): Promise<{ kid: string }> {
      const before = (await db.rows<StoredKey>(sql.selectSigningKeys))[0]?.kid;
      const { kid } = await replace((newest) => newest.kid !== before);
      return { kid };
    },
  };
}
