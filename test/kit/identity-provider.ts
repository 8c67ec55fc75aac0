// An identity provider of the test's own (oidc-provider, rotating refresh tokens, consent pages
// that a browser without a screen passes), and a small API that takes its tokens alone.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Provider } from 'oidc-provider';
import { createBrowser, type Landing } from './browser.ts';

export const client = { id: 'millrace-app', secret: 'client-secret-of-the-customer' };

export interface IdentityProvider {
  issuer: string;
  /** Grants that the token endpoint gave or refused, in order. */
  grants: string[];
  /** Tokens that the provider was told to end. */
  revoked: number;
  /** Tokens of requests to the API, in order. */
  seen: { method: string; token: string }[];
  /** The token endpoint answers 503 while this is true. */
  down: boolean;
  /** Heard before the answer of the token endpoint goes out. */
  beforeAnswer: (() => void) | undefined;
  /** The API refuses this token from now on. */
  refuse(token: string): void;
  /** Ends every grant: refresh tokens are good for nothing. */
  forgetGrants(): Promise<void>;
  stop(): Promise<void>;
}

/** What the API is, for `openapi.import`. */
export const document = JSON.stringify({
  openapi: '3.0.0',
  info: { title: 'Items', version: '1' },
  paths: {
    '/api/items': {
      get: { operationId: 'list_items', summary: 'List items', responses: {} },
      post: { operationId: 'add_item', summary: 'Add an item', responses: {} },
    },
  },
});

/** Logs in and agrees at the provider; stands where it sends the person back to. */
export async function agree(
  browser: ReturnType<typeof createBrowser>,
  address: string,
  login: string,
): Promise<string> {
  let page: Landing = await browser.go(address);
  for (let steps = 0; steps < 4 && page.body.includes('<form'); steps += 1) {
    const form = page.body.includes('name="login"') ? { login, password: 'any' } : {};
    page = await browser.submit(page, form);
  }
  return page.url;
}

export async function startIdentityProvider(redirectUris: string[]): Promise<IdentityProvider> {
  const refused = new Set<string>();
  let answer: (request: IncomingMessage, response: ServerResponse) => void;
  const server = createServer((request, response) => answer(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const grantIds = new Set<string>();
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: client.id,
        client_secret: client.secret,
        redirect_uris: redirectUris,
        grant_types: ['authorization_code', 'refresh_token'],
        token_endpoint_auth_method: 'client_secret_basic',
      },
    ],
    pkce: { required: () => true },
    claims: { email: ['email'] },
    conformIdTokenClaims: false,
    features: { revocation: { enabled: true } },
    findAccount: (_ctx, id) => ({ accountId: id, claims: () => ({ sub: id, email: id }) }),
    issueRefreshToken: async () => true,
    rotateRefreshToken: true,
    clientAuthMethods: ['client_secret_basic'],
    ttl: { AccessToken: 100, RefreshToken: 1000, Session: 1000, Grant: 1000, Interaction: 600 },
    cookies: { keys: ['of the test'] },
  });

  const stand: IdentityProvider = {
    issuer,
    grants: [],
    revoked: 0,
    seen: [],
    down: false,
    beforeAnswer: undefined,
    refuse: (token) => void refused.add(token),
    async forgetGrants() {
      for (const id of grantIds) await provider.RefreshToken.revokeByGrantId(id);
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
  provider.use(async (context, next) => {
    if (context.path === '/token/revocation') stand.revoked += 1;
    await next();
    if (context.path === '/token') stand.beforeAnswer?.();
  });
  provider.on('grant.success', ({ oidc }) => {
    stand.grants.push(String(oidc.params?.['grant_type']));
    const { grantId } = oidc.entities.RefreshToken ?? {};
    if (grantId) grantIds.add(grantId);
  });
  provider.on('grant.error', (_ctx, error) => stand.grants.push(error.message));

  async function api(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const token = request.headers.authorization?.replace(/^Bearer /, '') ?? '';
    const known = refused.has(token) ? undefined : await provider.AccessToken.find(token);
    stand.seen.push({ method: request.method ?? '', token });
    response.writeHead(known ? 200 : 401, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(known ? { of: known.accountId.split('@')[0] } : { error: 'token' }),
    );
  }
  const callback = provider.callback();
  answer = (request, response) => {
    if (request.url?.startsWith('/api/')) return void api(request, response);
    if (request.url === '/token' && stand.down) {
      response.writeHead(503).end('down');
      return undefined;
    }
    return void callback(request, response);
  };
  return stand;
}
