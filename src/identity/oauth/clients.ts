// Clients of the authorization server: those that register themselves, and those that an admin
// makes known, which may have a secret. Of a secret only the hash is kept.
import {
  AppError,
  canonicalJson,
  type Clock,
  newSecret,
  notFound,
  sha256,
} from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { type Changed, personOf } from '../person.ts';
import * as sql from './clients.sql.ts';
import { acceptedRedirects, redirectProblem } from './redirects.ts';

/** What a client says of itself. */
export interface ClientMetadata {
  name: string;
  clientUri: string | null;
  redirectUris: readonly string[];
}

export interface KnownClient extends ClientMetadata {
  id: string;
  /** SHA-256; null: a public client. */
  secretHash: string | null;
  createdAt: number;
}

export interface MadeClient {
  id: string;
  name: string;
  redirectUris: string[];
  hasSecret: boolean;
  createdAt: number;
  usedAt: number;
}

/** A program that starts twice in that time registers once; programs race at their own start. */
const sameWithinMs = 10 * 60_000;

interface Deps {
  db: Database;
  clock: Clock;
  changed: Changed;
}

export function createClients({ db, clock, changed }: Deps) {
  async function add(
    metadata: ClientMetadata,
    by: { secretHash: string | null; digest: string | null; userId: string | null },
  ): Promise<KnownClient> {
    const { name, clientUri, redirectUris } = metadata;
    const { secretHash, digest, userId } = by;
    const id = newSecret(24);
    const createdAt = clock.now();
    const values = [id, name, clientUri, redirectUris, secretHash, digest, userId, createdAt];
    await db.run(sql.insertClient, values);
    return { ...metadata, id, secretHash, createdAt };
  }

  return {
    find: (id: string) => db.row<KnownClient>(sql.selectClient, [id]),

    /** RFC 7591, with metadata that was looked at; the same within minutes is the same client. */
    async register(metadata: ClientMetadata): Promise<KnownClient> {
      const digest = sha256(canonicalJson(metadata));
      const since = clock.now() - sameWithinMs;
      const known = await db.row<KnownClient>(sql.selectRecentClient, [digest, since]);
      return known ?? add(metadata, { secretHash: null, digest, userId: null });
    },

    /** Somebody consented: it is not forgotten for long. */
    async used(id: string): Promise<void> {
      await db.run(sql.touchClient, [id, clock.now()]);
    },

    /** An admin makes a client known; throws `invalid_input` for a redirect URI. */
    async create(
      call: Call,
      wanted: { name: string; redirectUris: readonly string[]; secret: boolean },
    ): Promise<{ id: string; secret: string | null }> {
      const { name, redirectUris } = wanted;
      for (const uri of redirectUris) {
        const problem = redirectProblem(uri);
        if (problem === undefined) continue;
        const message = `redirectUris: "${uri.slice(0, 100)}" ${problem}.`;
        throw new AppError('invalid_input', message, { hint: acceptedRedirects });
      }
      const secret = wanted.secret ? newSecret(43) : null;
      const secretHash = secret === null ? null : sha256(secret);
      const userId = personOf(call);
      const metadata = { name, clientUri: null, redirectUris };
      const { id } = await add(metadata, { secretHash, digest: null, userId });
      return { id, secret };
    },

    list: (_call: Call, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<MadeClient>(sql.selectMadeClients, [perPage, (page - 1) * perPage]),

    /** Of both kinds; what people allowed it ends with it. */
    async delete(_call: Call, id: string): Promise<Record<string, never>> {
      if ((await db.run(sql.deleteClient, [id])) === 0) throw notFound('client', id);
      changed();
      return {};
    },
  };
}

export type Clients = ReturnType<typeof createClients>;
