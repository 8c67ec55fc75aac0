// Keeps the tokens of connections fresh: one request at a time for each, whoever asks. Callers of
// this process share it; the row's lock makes those of other processes wait and then see it done.
import { AppError, type Clock } from '../../base/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import type { Service } from '../services/index.ts';
import type { CredentialCache } from './cache.ts';
import type { OAuthApps } from './oauth-apps.ts';
import * as sql from './oauth.sql.ts';
import { noToken, type OAuthWire } from './oauth-wire.ts';
import { type Owner, useOf } from './owner.ts';
import { type KeptTokens, lifeOf } from './tokens.ts';

/** After a failure nobody asks again for so long. */
const quietMs = 30_000;
/** Each holds a connection to the database while the service answers. */
const maxAtOnce = 3;

/** A connection by OAuth as it is stored. */
export interface Connection {
  userId: string;
  kind: string;
  account: string;
  sealed: string;
  createdAt: number;
  renewAt: number | null;
  expiresAt: number | null;
  renewedAt: number | null;
  failedAt: number | null;
  problem: string | null;
  ended: boolean;
  /** What it was given for; see `origin.ts`. */
  origin: string | null;
}

/** `isNew`: it was written just now. */
interface Renewed {
  current: Connection | undefined;
  isNew: boolean;
}

export interface RenewalDeps {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  apps: OAuthApps;
  wire: OAuthWire;
  cache: CredentialCache;
}

/** Lets few in at a time, in the order in which they came. */
function createTurnstile(most: number) {
  const waiting: (() => void)[] = [];
  let inside = 0;
  return async <Result>(work: () => Promise<Result>): Promise<Result> => {
    if (inside >= most) await new Promise<void>((resolve) => waiting.push(resolve));
    else inside += 1;
    try {
      return await work();
    } finally {
      const next = waiting.shift();
      if (next) next();
      else inside -= 1;
    }
  };
}

export type Renewal = ReturnType<typeof createRenewal>;

export function createRenewal({ db, clock, sealer, apps, wire, cache }: RenewalDeps) {
  const underway = new Map<string, Promise<Connection | undefined>>();
  const turn = createTurnstile(maxAtOnce);

  async function tokensOf(owner: Owner, row: Connection): Promise<KeptTokens | undefined> {
    const open = await cache.open(owner, row);
    return open === undefined ? undefined : (JSON.parse(open) as KeptTokens);
  }

  /** New tokens; throws `unprocessable` where there is nothing to ask with. */
  async function ask(owner: Owner, service: Service, held: Connection) {
    const app = await apps.of(owner.workspace, service);
    const kept = await tokensOf(owner, held);
    if (!kept || kept.refresh === null || app?.identity !== kept.app) {
      const why = app ? 'there is nothing to renew it with' : 'there is no OAuth app any more';
      throw noToken(why, { final: true });
    }
    const fields = { grant_type: 'refresh_token', refresh_token: kept.refresh };
    const fresh = await wire.tokens(kept.at, app.keys, fields);
    // A service that does not rotate says none: the one at hand stays good.
    const refresh = fresh.refresh ?? kept.refresh;
    const { renewAt, expiresAt } = lifeOf({ ...fresh, refresh }, clock.now());
    const value = JSON.stringify({ ...kept, access: fresh.access, refresh } satisfies KeptTokens);
    const sealed = await sealer.seal(owner.workspace, { use: useOf(owner), value });
    return { sealed, renewAt, expiresAt };
  }

  async function renewHeld(
    queries: Queries,
    owner: Owner,
    { service, since }: { service: Service; since: number | undefined },
  ): Promise<Renewed> {
    const { workspace, userId } = owner;
    const key = [workspace, owner.service, userId];
    const held = await queries.row<Connection>(sql.holdConnection, key);
    const asItWas = { current: held, isNew: false };
    if (!held || held.ended) return asItWas;
    const now = clock.now();
    // Somebody else was faster.
    const newest = held.renewedAt ?? held.createdAt;
    const isDue =
      since === undefined ? held.renewAt !== null && held.renewAt <= now : newest < since;
    if (!isDue) return asItWas;
    if (held.failedAt !== null && held.failedAt + quietMs > now) return asItWas;
    try {
      const fresh = await ask(owner, service, held);
      const { sealed, renewAt, expiresAt } = fresh;
      await queries.run(sql.updateRenewed, [...key, sealed, renewAt, expiresAt, clock.now()]);
      const renewed = { renewedAt: clock.now(), failedAt: null, problem: null };
      return { current: { ...held, ...fresh, ...renewed }, isNew: true };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const ended = error.code === 'unprocessable';
      const problem = error.message.slice(0, 300);
      await queries.run(sql.updateFailed, [...key, clock.now(), problem, ended]);
      return { current: { ...held, failedAt: clock.now(), problem, ended }, isNew: true };
    }
  }

  return {
    tokensOf,

    /**
     * The connection with tokens that are fresh, or with the note why they are not; undefined
     * when it is gone. `since`: the service refused a token that was at hand then.
     */
    renew(
      owner: Owner,
      how: { service: Service; since?: number },
    ): Promise<Connection | undefined> {
      const key = JSON.stringify([owner.workspace, owner.service, owner.userId]);
      const known = underway.get(key);
      if (known) return known;
      const { service, since } = how;
      const going = turn(async () => {
        const { current, isNew } = await db.transaction((queries) =>
          renewHeld(queries, owner, { service, since }),
        );
        if (isNew) cache.changed(owner.workspace);
        return current;
      }).finally(() => underway.delete(key));
      underway.set(key, going);
      return going;
    },
  };
}
