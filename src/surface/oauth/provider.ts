// The authorization server: oidc-provider with our store, our log-in and our consent. Loaded at
// the first OAuth request. What a consent allows stands in the connection; the one scope that the
// library knows says only that there is one.
import { createHmac, generateKeyPairSync } from 'node:crypto';
import type { Configuration, KoaContextWithOIDC, Provider } from 'oidc-provider';
import type { Egress } from '../../egress/index.ts';
import type { Artifacts, ArtifactStore, Clients } from '../../identity/index.ts';
import { AppError, type Log, sameSecret, sha256 } from '../../base/index.ts';
import { resourcePathOf } from './addresses.ts';
import { fetchDescription } from './descriptions.ts';
import { describeClient } from './registration.ts';

/** What the authorization server stands on. */
export interface OAuthParts {
  artifacts: Artifacts;
  clients: Pick<Clients, 'find' | 'register'>;
  egress: Pick<Egress, 'fetch'>;
  /** A key of that purpose, the same in every process of this installation. */
  deriveKey: (purpose: string) => Promise<Buffer>;
  delegation: Delegation;
}

/** Tokens of flows that act for a person, which the gateway answers itself. */
export interface Delegation {
  /** The token exchange of RFC 8693. */
  exchange: Endpoint;
  /** RFC 7662, for tokens of its own. */
  introspect: Endpoint;
  /** Is there a workspace where flows act for people? */
  isOn: () => Promise<boolean>;
}

/** Answers a form and the Authorization header beside it; refusals are answers too. */
export type Endpoint = (
  form: URLSearchParams,
  authorization: string | undefined,
) => Promise<{ status: number; body: Record<string, unknown> }>;

export interface ProviderDeps extends OAuthParts {
  origin: string;
  log: Log;
  /** May the description at this address be fetched, or was that asked for too often? */
  mayDescribe: (clientId: string) => boolean;
  /** A page for people that says what went wrong. */
  failurePage: (
    status: number,
    message: string,
  ) => { headers: Record<string, string>; body: string };
}

/** The only scope inside; what people see is in the connection. */
export const innerScope = 'mcp';
/** What the client asked for, as it asked; the consent page starts from it. */
export const askedScope = 'asked_scope';

const hour = 60 * 60;
const day = 24 * hour;

/** Lives of what is issued, in seconds. Codes and consents as RFC 6749 section 4.1.2 advises. */
const ttl = {
  AccessToken: 8 * hour,
  AuthorizationCode: 60,
  Grant: 400 * day,
  Interaction: hour,
  RefreshToken: 30 * day,
  Session: hour,
};

/** A key that signs nothing: no id token is ever issued, but the library wants one. */
function unusedKeys() {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return { keys: [{ ...privateKey.export({ format: 'jwk' }), use: 'sig', alg: 'ES256' }] };
}

type Library = typeof import('oidc-provider');
type Client = InstanceType<Provider['Client']>;

const sameClient = (
  _ctx: unknown,
  client: { clientId: string },
  token: { clientId?: string | undefined },
) => token.clientId === client.clientId;

function featuresOf(deps: ProviderDeps, errors: Library['errors']): Configuration['features'] {
  const { origin } = deps;
  return {
    clientIdMetadataDocument: {
      enabled: true,
      ack: 'draft-02',
      allowFetch: (_ctx, clientId) => deps.mayDescribe(clientId),
    },
    devInteractions: { enabled: false },
    introspection: {
      enabled: true,
      allowedPolicy: sameClient,
    },
    resourceIndicators: {
      enabled: true,
      defaultResource: (_ctx, _client, oneOf) => oneOf?.[0] ?? origin,
      getResourceServerInfo(_ctx, resource) {
        if (resourcePathOf(resource, origin) === undefined) {
          throw new errors.InvalidTarget(`${origin}/mcp and its other MCP addresses are here`);
        }
        return { scope: innerScope, audience: resource, accessTokenFormat: 'opaque' };
      },
      useGrantedResource: () => true,
    },
    revocation: {
      enabled: true,
      allowedPolicy: sameClient,
    },
    rpInitiatedLogout: { enabled: false },
    userinfo: { enabled: false },
  };
}

/** What came too late is, in the words of RFC 6749, an invalid grant. */
function grantStore(store: ArtifactStore, errors: Library['errors']): ArtifactStore {
  const refuse = (error: unknown): never => {
    if (error instanceof AppError && error.code === 'gone') {
      throw new errors.InvalidGrant(error.message);
    }
    throw error;
  };
  return {
    ...store,
    upsert: (id, payload, expiresIn) => store.upsert(id, payload, expiresIn).catch(refuse),
    consume: (id) => store.consume(id).catch(refuse),
  };
}

/** The clients that are known; the library only looks. */
function clientStore({ artifacts, clients }: ProviderDeps) {
  return {
    ...artifacts.storeOf('Client'),
    async find(id: string) {
      const client = await clients.find(id);
      return client && describeClient(id, client, client.secretHash);
    },
  };
}

async function configurationOf(deps: ProviderDeps): Promise<Configuration> {
  const { origin, artifacts, egress, deriveKey } = deps;
  const { interactionPolicy, errors } = await import('oidc-provider');
  const cookieKey = createHmac('sha256', await deriveKey('oauth cookies'))
    .update('cookies')
    .digest('base64url');
  const secure = origin.startsWith('https:');
  const cookie = { httpOnly: true, sameSite: 'lax', signed: true, secure } as const;
  const { Prompt, Check } = interactionPolicy;
  const describe = fetchDescription(egress);
  // Every request is shown to a person: a consent of yesterday does not stand for one of today.
  const ask = new Check('not_asked', 'a person has to allow this', ({ oidc }) =>
    oidc.result?.consent ? Check.NO_NEED_TO_PROMPT : Check.REQUEST_PROMPT,
  );
  return {
    adapter: (model: string) =>
      model === 'Client' ? clientStore(deps) : grantStore(artifacts.storeOf(model), errors),
    allowOmittingSingleRegisteredRedirectUri: false,
    clientBasedCORS: () => true,
    clientDefaults: {
      grant_types: ['authorization_code', 'refresh_token'],
      response_types: ['code'],
      token_endpoint_auth_method: 'none',
      id_token_signed_response_alg: 'ES256',
    },
    cookies: {
      keys: [cookieKey],
      long: cookie,
      short: cookie,
      names: {
        session: '_oauth_session',
        interaction: '_oauth_consent',
        resume: '_oauth_resume',
      },
    },
    // A connection ends when it is revoked or long unused, not with the log-in of a browser.
    expiresWithSession: () => false,
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    extraParams: [askedScope],
    features: featuresOf(deps, errors),
    // It fetches descriptions of clients only; redirects are refused, as RFC 9700 advises.
    fetch: (url, { signal } = {}) =>
      describe(new URL(url instanceof Request ? url.url : url).href, signal ?? undefined),
    async findAccount(_ctx, sub) {
      if (!(await artifacts.hasAccount(sub))) return undefined;
      return { accountId: sub, claims: () => ({ sub }) };
    },
    interactions: {
      policy: [new Prompt({ name: 'consent', requestable: true }, ask)] as never,
      url: (_ctx, { uid }) => `/oauth/consent/${uid}`,
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    jwks: unusedKeys(),
    pkce: { required: () => true },
    renderError(ctx, out) {
      const { error_description: said, error } = out;
      const page = deps.failurePage(ctx.status, said ?? error);
      ctx.set(page.headers);
      ctx.type = 'html';
      ctx.body = page.body;
    },
    responseTypes: ['code'],
    rotateRefreshToken: true,
    routes: {
      authorization: '/authorize',
      introspection: '/introspect',
      jwks: '/oauth/jwks',
      revocation: '/revoke',
      token: '/token',
    },
    scopes: [innerScope],
    ttl,
  };
}

/** The answer says what the person allowed, not what the library knows of it. */
async function tellScopes(ctx: KoaContextWithOIDC, artifacts: Artifacts): Promise<void> {
  const body = ctx.body as Record<string, unknown> | undefined;
  const token = ctx.oidc?.entities.AccessToken;
  const grantId = token?.grantId;
  if (!grantId || typeof body?.['scope'] !== 'string') return;
  const allowed = await artifacts.ofGrant(grantId);
  if (allowed) body['scope'] = allowed.scopes.join(' ');
}

export async function createProvider(deps: ProviderDeps): Promise<Provider> {
  const { Provider } = await import('oidc-provider');
  const provider = new Provider(deps.origin, await configurationOf(deps));
  // The headers that it reads are set by `routes.ts`, from the origin that is known.
  provider.proxy = true;
  // Of a secret only the hash is known.
  provider.Client.prototype.compareClientSecret = function compare(this: Client, actual: string) {
    return sameSecret(this.clientSecret ?? '', sha256(actual));
  };
  provider.use(async (ctx, next) => {
    await next();
    await tellScopes(ctx as KoaContextWithOIDC, deps.artifacts);
  });
  provider.on('server_error', (_ctx, error) => {
    deps.log.error('the authorization server failed', { error });
  });
  return provider;
}
