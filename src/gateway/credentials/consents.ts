// Consents at services, from the button to the stored tokens. What is under way stands in the
// database, so that any process may hear the answer; it counts once, for the person and the
// session that began it, at the service that it was begun for.
import { createHash, randomBytes } from 'node:crypto';
import { AppError, type Clock, sameSecret, sha256 } from '../../base/index.ts';
import { type Call, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import type { Services } from '../services/index.ts';
import type { CredentialCache } from './cache.ts';
import type { OAuthApp, OAuthApps } from './oauth-apps.ts';
import * as sql from './oauth.sql.ts';
import { originOf } from './origin.ts';
import { declaredEndpoints, type Endpoints, type OAuthWire } from './oauth-wire.ts';
import { everybody, useOf } from './owner.ts';
import { type KeptTokens, lifeOf } from './tokens.ts';

const lifeMs = 10 * 60_000;

interface Pending {
  verifier: string;
  endpoints: Endpoints;
  app: string;
  callback: string;
  /** Where the service was when it began: what the tokens are for. */
  origin: string;
  /** Whose it will be: the person's, or everybody's. */
  owner: string;
}

/** What the service says in the address that people come back to. */
export interface ConsentAnswer {
  service: string;
  state: string;
  code?: string | undefined;
  error?: string | undefined;
  iss?: string | undefined;
}

const useOfConsent = (stateHash: string): string => `gateway oauth consent ${stateHash}`;

/** Only who sits at a browser can come back in the same session. */
function sessionOf({ caller }: Call): { userId: string; sessionId: string } {
  const { kind, userId, tokenId } = caller;
  if (kind === 'session' && userId !== null && tokenId !== null) {
    return { userId, sessionId: tokenId };
  }
  throw new AppError('forbidden', 'A consent begins in a browser where you are logged in.', {
    hint: 'Open /services, or connect with a key: credentials.set.',
  });
}

function addressOf(
  { endpoints, callback, verifier }: Pending,
  { app, state }: { app: OAuthApp; state: string },
): string {
  const url = new URL(endpoints.authorize);
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  const fields = {
    ...app.way.parameters,
    response_type: 'code',
    client_id: app.keys.clientId,
    redirect_uri: callback,
    ...(app.way.scopes.length > 0 && { scope: app.way.scopes.join(' ') }),
    state,
    code_challenge: challenge,
    code_challenge_method: 'S256',
  };
  for (const [name, value] of Object.entries(fields)) url.searchParams.set(name, value);
  return url.href;
}

/** Who began it for everybody may have lost the right to, meanwhile. */
function assertMayShare({ caller }: Call): void {
  if (caller.superAdmin || caller.membership?.role === 'admin') return;
  throw new AppError('forbidden', 'Only an admin of the workspace connects for everybody.');
}

/** RFC 9207: an answer of another server than the one that was asked is no answer. */
function assertIssuer({ issuer, namesIssuer }: Endpoints, iss: string | undefined): void {
  const isRight = iss === undefined ? !namesIssuer : issuer === null || iss === issuer;
  if (isRight) return;
  throw new AppError('forbidden', 'The answer comes from another server than was asked.', {
    hint: 'Nothing was stored. Connect again from the page of services.',
  });
}

export type Consents = ReturnType<typeof createConsents>;

export function createConsents(deps: {
  db: Database;
  clock: Clock;
  sealer: Sealer;
  services: Services;
  apps: OAuthApps;
  wire: OAuthWire;
  cache: CredentialCache;
}) {
  const { db, clock, sealer, services, apps, wire, cache } = deps;

  async function appOf(call: Call, name: string) {
    const workspace = workspaceOf(call);
    const { service } = await services.require(workspace, name, call.caller);
    const app = await apps.require(workspace, service);
    return { app, title: service.declaration.title, origin: originOf(service) };
  }

  return {
    /** Where to send the person; good for ten minutes. */
    async begin(call: Call, { service, forAll }: { service: string; forAll: boolean }) {
      const workspace = workspaceOf(call);
      const { userId, sessionId } = sessionOf(call);
      const { app, title, origin } = await appOf(call, service);
      const { issuer, endpoints } = app.way;
      const pending: Pending = {
        verifier: randomBytes(32).toString('base64url'),
        endpoints: endpoints ? declaredEndpoints(endpoints) : await wire.discover(issuer ?? ''),
        app: app.identity,
        callback: apps.callbackOf(service),
        origin,
        owner: forAll ? everybody : userId,
      };
      // The workspace is no secret: it tells the page where the answer belongs.
      const state = `${randomBytes(32).toString('base64url')}.${workspace}`;
      const hash = sha256(state);
      const value = JSON.stringify(pending);
      const sealed = await sealer.seal(workspace, { use: useOfConsent(hash), value });
      const now = clock.now();
      await db.run(sql.deleteStaleConsents, [now]);
      const row = [hash, workspace, service, userId, sessionId, sealed, now + lifeMs];
      await db.run(sql.insertConsent, row);
      return { service, title, url: addressOf(pending, { app, state }) };
    },

    /** Trades the code for tokens and stores them. Throws `gone` for what was not begun so. */
    async finish(call: Call, { service, state, code, error, iss }: ConsentAnswer) {
      const workspace = workspaceOf(call);
      const { userId, sessionId } = sessionOf(call);
      const hash = sha256(state);
      const values = [hash, workspace, service, userId, sessionId, clock.now()];
      const taken = await db.row<{ sealed: string }>(sql.takeConsent, values);
      const use = useOfConsent(hash);
      const open = taken && (await sealer.open(workspace, { use, value: taken.sealed }));
      if (open === undefined) {
        throw new AppError('gone', 'This answer belongs to no connection that you began here.', {
          hint: 'It counts once, for ten minutes, in the browser that began it. Connect again.',
        });
      }
      const begun = JSON.parse(open) as Pending;
      const { endpoints, verifier, callback, app: identity, owner } = begun;
      if (owner === everybody) assertMayShare(call);
      assertIssuer(endpoints, iss);
      const { app, title, origin } = await appOf(call, service);
      if (!sameSecret(identity, app.identity) || begun.origin !== origin) {
        throw new AppError('gone', `The set-up of ${title} was changed meanwhile.`, {
          hint: 'Connect again.',
        });
      }
      if (code === undefined) {
        const said = (error ?? 'no code').slice(0, 100);
        throw new AppError('unprocessable', `${title} gave no access: ${said}.`, {
          hint: 'Nothing was stored. You may connect again.',
        });
      }
      const tokens = await wire.tokens(endpoints, app.keys, {
        grant_type: 'authorization_code',
        code,
        redirect_uri: callback,
        code_verifier: verifier,
      });
      const now = clock.now();
      const { token, revoke, clientAuth, body } = endpoints;
      const at = { token, revoke, clientAuth, ...(body && { body }) };
      const { access, refresh, account } = tokens;
      const kept: KeptTokens = { access, refresh, app: identity, at };
      const value = JSON.stringify(kept);
      const sealed = await sealer.seal(workspace, {
        use: useOf({ service, userId: owner }),
        value,
      });
      const { renewAt, expiresAt } = lifeOf(tokens, now);
      const row = [workspace, service, owner, account, sealed, now, renewAt, expiresAt, origin];
      await db.run(sql.upsertConnection, row);
      cache.changed(workspace);
      return { service, account };
    },
  };
}
