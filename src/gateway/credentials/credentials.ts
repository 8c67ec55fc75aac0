// What people prove themselves with at services: each person's own, and a shared one only where an
// admin stored it. Ciphertext at rest, bound to service and person; never shown again, to nobody.
import { AppError, type Clock, type Log } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { ServiceDeclaration } from '../action.ts';
import { labelOf } from '../databases/index.ts';
import { refusal } from '../reasons.ts';
import type { Sealer } from '../sealer.ts';
import { type Service, type Services, seesService } from '../services/index.ts';
import type { CredentialCache } from './cache.ts';
import * as sql from './credentials.sql.ts';
import type { OAuthApps } from './oauth-apps.ts';
import type { OAuthWire } from './oauth-wire.ts';
import { listOffers } from './offers.ts';
import { givenFor, isGoodAt, originOf } from './origin.ts';
import type { Connection, Renewal } from './renewal.ts';
import { everybody, type Owner, useOf } from './owner.ts';
import {
  type CredentialHeaders,
  keyHeaders,
  keyWayOf,
  needsNothing,
  tokenHeaders,
} from './ways.ts';

export interface CredentialsDeps {
  db: Database;
  clock: Clock;
  log: Log;
  sealer: Sealer;
  services: Services;
  apps: OAuthApps;
  wire: OAuthWire;
  renewal: Renewal;
  cache: CredentialCache;
  /** Where people reach this server. */
  origin: () => string;
}

/** What goes out with a request; `connection`: where a database of the person's own is. */
export interface Proof {
  headers: CredentialHeaders;
  connection?: string;
}

interface Person {
  workspace: string;
  userId: string;
}

export interface NewCredential {
  service: string;
  /** Empty where the service wants none. */
  account: string;
  secret: string;
}

export interface ListedCredential {
  service: string;
  shared: boolean;
  kind: string;
  account: string;
  createdAt: number;
  expiresAt: number | null;
  renewedAt: number | null;
  problem: string | null;
  ended: boolean;
  /** Where it may be sent. */
  origin: string | null;
}

function personOf({ caller }: Call): string {
  if (caller.userId !== null) return caller.userId;
  throw new AppError('forbidden', 'Only people connect services.');
}

export type Credentials = ReturnType<typeof createCredentials>;

export function createCredentials(deps: CredentialsDeps) {
  const { db, clock, log, sealer, services, apps, wire, renewal, cache, origin } = deps;

  /** Says where to connect: the page of services, at this one. */
  function mustConnect(
    { name, title, keyHint }: ServiceDeclaration,
    workspace: string,
    said = `You have not connected ${title} yet.`,
  ): AppError {
    const query = new URLSearchParams({ workspace, service: name });
    const connectUrl = `${origin()}/services?${query.toString()}`;
    return refusal('auth_required', said, {
      hint: `Open ${connectUrl} to connect it, then call again. ${keyHint}`,
      details: { service: name, connect_url: connectUrl },
    });
  }

  async function set(call: Call, said: NewCredential, userId: string) {
    const workspace = workspaceOf(call);
    const { service } = await services.require(workspace, said.service, call.caller);
    const { title, keyHint } = service.declaration;
    const way = keyWayOf(service.declaration);
    if (!way) {
      throw new AppError('invalid_input', `${title} takes no key.`, {
        hint: needsNothing(service.declaration)
          ? 'It is there without one.'
          : 'Connect it by a consent, on the page /services.',
      });
    }
    if (way.kind === 'basic' && said.account === '') {
      throw new AppError('invalid_input', `${title} wants the account that the key belongs to.`, {
        hint: `Give account, mostly an e-mail address. ${keyHint}`,
      });
    }
    const use = useOf({ service: said.service, userId });
    const sealed = await sealer.seal(workspace, { use, value: said.secret });
    const account = way.kind === 'connection' ? labelOf(said.secret) : said.account;
    const row = [workspace, said.service, userId, way.kind, account, sealed, clock.now()];
    await db.run(sql.upsertCredential, [...row, originOf(service)]);
    cache.changed(workspace);
    return { service: said.service, account };
  }

  async function tokenOf(service: Service, owner: Owner, stored: Connection): Promise<string> {
    const { declaration } = service;
    const { workspace } = owner;
    const isDue = !stored.ended && stored.renewAt !== null && stored.renewAt <= clock.now();
    const current = isDue ? await renewal.renew(owner, { service }) : stored;
    if (!current) throw mustConnect(declaration, workspace);
    const { ended, expiresAt, renewAt, problem } = current;
    const isOver = expiresAt !== null && expiresAt <= clock.now();
    if (ended || (isOver && renewAt === null)) {
      const said = `Your connection to ${declaration.title} has ended.`;
      throw mustConnect(declaration, workspace, said);
    }
    if (isOver) {
      const said = `Your connection to ${declaration.title} cannot be renewed now.`;
      const hint = `Try again in a minute. ${problem ?? ''}`.trim();
      throw refusal('upstream_unavailable', said, { hint });
    }
    const tokens = await renewal.tokensOf(owner, current);
    if (!tokens) throw mustConnect(declaration, workspace);
    return tokens.access;
  }

  /** Throws `auth_required` where an admin has moved the service since the proof was given. */
  function assertNotMoved(service: Service, { workspace }: Person, row: Connection): void {
    if (isGoodAt(service, row.origin)) return;
    const { declaration } = service;
    const before = givenFor(row.origin, declaration) || 'this server';
    const now = originOf(service) || 'this server';
    const whose = row.userId === everybody ? 'The shared connection' : 'Your connection';
    const said = `${whose} to ${declaration.title} is for ${before}; it is at ${now} now.`;
    throw mustConnect(declaration, workspace, said);
  }

  /** Best effort: that the service cannot be reached must not keep a connection alive here. */
  async function revoke(owner: Owner, row: Connection): Promise<void> {
    const { services: known } = await services.setupOf(owner.workspace);
    const service = known.get(owner.service);
    const [app, tokens] = await Promise.all([
      service && apps.of(owner.workspace, service),
      renewal.tokensOf(owner, row),
    ]);
    if (!tokens || app?.identity !== tokens.app) return;
    const { access, refresh, at } = tokens;
    const what =
      refresh === null
        ? { token: access, kind: 'access_token' as const }
        : { token: refresh, kind: 'refresh_token' as const };
    try {
      if (await wire.revoke(at, app.keys, what)) return;
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
    }
    log.warn('the service did not take the tokens back', { service: owner.service });
  }

  async function remove(owner: Owner): Promise<{ service: string }> {
    const { workspace, service, userId } = owner;
    const row = await db.row<Connection>(sql.deleteCredential, [workspace, service, userId]);
    cache.changed(workspace);
    if (row?.kind === 'oauth' && !row.ended) await revoke(owner, row);
    return { service };
  }

  async function proofOf(service: Service, person: Person): Promise<Proof> {
    const { declaration } = service;
    if (needsNothing(declaration)) return { headers: {} };
    const { workspace } = person;
    const row = await cache.of({ ...person, service: declaration.name });
    if (!row) throw mustConnect(declaration, workspace);
    assertNotMoved(service, person, row);
    const owner = { workspace, service: declaration.name, userId: row.userId };
    if (row.kind === 'oauth') {
      return { headers: tokenHeaders(await tokenOf(service, owner, row)) };
    }
    const way = keyWayOf(declaration);
    const secret = await cache.open(owner, row);
    if (secret === undefined || !way) throw mustConnect(declaration, workspace);
    if (way.kind === 'connection') return { headers: {}, connection: secret };
    return { headers: keyHeaders(way, { account: row.account, secret }) };
  }

  return {
    /**
     * What the person proves itself with at a service, at most two seconds old. Throws
     * `auth_required` where there is nothing, and where it cannot be opened any more.
     */
    proofOf,

    /** The same for whoever calls. */
    async ofCaller(call: Call, name: string): Promise<CredentialHeaders> {
      const workspace = workspaceOf(call);
      const { service } = await services.require(workspace, name, call.caller);
      const person = { workspace, userId: call.caller.userId ?? everybody };
      return (await proofOf(service, person)).headers;
    },

    /**
     * After the service refused what was at hand at `since` (epoch milliseconds): true when
     * there is something newer by now, which is worth another try.
     */
    async renewed(service: Service, person: Person, since: number): Promise<boolean> {
      const { name } = service.declaration;
      const row = await cache.read({ ...person, service: name });
      if (row?.kind !== 'oauth' || !isGoodAt(service, row.origin)) return false;
      const owner = { workspace: person.workspace, service: name, userId: row.userId };
      const current = await renewal.renew(owner, { service, since });
      // Whoever renewed it, the next look finds it.
      await cache.read({ ...person, service: name });
      return current !== undefined && (current.renewedAt ?? 0) >= since && !current.ended;
    },

    mustConnect,

    setOwn: (call: Call, said: NewCredential) => set(call, said, personOf(call)),
    /** For everybody in the workspace who has none of their own. */
    setShared: (call: Call, said: NewCredential) => set(call, said, everybody),

    list: (call: Call): Promise<ListedCredential[]> =>
      db.rows(sql.listCredentials, [workspaceOf(call), personOf(call), everybody]),

    /** Every service of the workspace: how it can be connected, and how it is. */
    async overview(call: Call) {
      const workspace = workspaceOf(call);
      const [setup, withApp, rows] = await Promise.all([
        services.setupOf(workspace),
        apps.names(workspace),
        db.rows<ListedCredential>(sql.listCredentials, [workspace, personOf(call), everybody]),
      ]);
      const seen = [...setup.services.values()].filter((service) =>
        seesService(call.caller, { setup, service }),
      );
      return listOffers(seen, { withApp, rows });
    },

    removeOwn: (call: Call, { service }: { service: string }) =>
      remove({ workspace: workspaceOf(call), service, userId: personOf(call) }),

    removeShared: (call: Call, { service }: { service: string }) =>
      remove({ workspace: workspaceOf(call), service, userId: everybody }),
  };
}
