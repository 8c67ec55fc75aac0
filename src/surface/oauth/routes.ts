// The addresses of OAuth that clients call, and the documents by which they find them. People's
// side is the consent page.
//
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { anyAddress, mcpPathOf } from './addresses.ts';
import { resourceMetadata, serverMetadata } from './discovery.ts';
import { forward, forwardedRequest } from './forward.ts';
import type { OAuth } from './oauth.ts';
import { askedScope, innerScope } from './provider.ts';
import { normaliseRegistration } from './registration.ts';

const maxBodyBytes = 64 * 1024;
const wellKnown = '/.well-known';
const serverDocuments = ['oauth-authorization-server', 'openid-configuration'];

/** Clients ask from browsers too, without cookies. */
async function allowOrigins(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.headers({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'Authorization, Content-Type, MCP-Protocol-Version',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-expose-headers': 'WWW-Authenticate',
  });
}

function mountDocuments(app: FastifyInstance, origin: () => string): void {
  const cached = { 'cache-control': 'public, max-age=300' };
  const server = async (_request: FastifyRequest, reply: FastifyReply) =>
    reply.headers(cached).send(serverMetadata(origin()));
  for (const name of serverDocuments) {
    app.get(`${wellKnown}/${name}`, server);
    // Clients put the path of the endpoint, or of another issuer, behind it.
    app.get(`${wellKnown}/${name}/*`, server);
  }
  const resource = `${wellKnown}/oauth-protected-resource`;
  app.get(resource, async (_request, reply) =>
    reply.headers(cached).send(resourceMetadata(origin(), anyAddress)),
  );
  app.get<{ Params: { '*': string } }>(`${resource}/*`, async (request, reply) => {
    const path = mcpPathOf(`/${request.params['*']}`);
    if (path === undefined) throw new AppError('not_found', 'This is no MCP address.');
    return reply.headers(cached).send(resourceMetadata(origin(), path));
  });
}

/** The error of RFC 7591 section 3.2.2. */
function registrationError(error: AppError) {
  const isRedirect = error.message.startsWith('redirect_uris');
  return {
    error: isRedirect ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    error_description: [error.message, error.hint].filter(Boolean).join(' '),
  };
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
  } catch {
    throw new AppError('invalid_input', 'The body is not JSON.');
  }
}

/** `/authorize` as the library is to see it: the one scope it knows, and what was asked aside. */
function authorizeUrl(url: string): string {
  const { search } = new URL(url, 'http://localhost');
  const query = new URLSearchParams(search);
  const asked = query.get('scope') ?? '';
  query.delete(askedScope);
  query.set('scope', innerScope);
  if (asked.trim() !== '') query.set(askedScope, asked.slice(0, 4000));
  return `/authorize?${query.toString()}`;
}

/** A token request without `scope`: it would name what only the connection knows. */
function withoutScope(body: unknown): string {
  const form = new URLSearchParams(Buffer.isBuffer(body) ? body.toString() : '');
  form.delete('scope');
  return form.toString();
}

function mountEndpoints(app: FastifyInstance, oauth: OAuth, origin: () => string): void {
  async function pass(
    request: FastifyRequest,
    reply: FastifyReply,
    more: { url: string; body?: string; contentType?: string },
  ): Promise<void> {
    const provider = await oauth.provider();
    const inner = forwardedRequest(request, { origin: origin(), ...more });
    await forward(reply, inner, provider.callback());
  }

  app.get('/authorize', (request, reply) =>
    pass(request, reply, { url: authorizeUrl(request.url) }),
  );
  app.get('/authorize/:uid', (request, reply) => pass(request, reply, { url: request.url }));
  app.post('/token', (request, reply) =>
    pass(request, reply, { url: '/token', body: withoutScope(request.body) }),
  );
  for (const url of ['/revoke', '/introspect']) {
    app.post(url, (request, reply) => pass(request, reply, { url }));
  }
  app.get('/oauth/jwks', (request, reply) => pass(request, reply, { url: '/oauth/jwks' }));
  app.post('/register', async (request, reply) => {
    try {
      const body = JSON.stringify(normaliseRegistration(parsed(request.body)));
      await pass(request, reply, { url: '/register', body, contentType: 'application/json' });
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      await reply.code(error.status).send(registrationError(error));
    }
  });
  for (const url of ['/token', '/register', '/revoke', '/introspect']) {
    app.options(url, async (_request, reply) => reply.code(204).send());
  }
}

/** OAuth as a Fastify plugin. */
export function oauthRoutes(oauth: OAuth, origin: () => string) {
  return async function routes(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, done) => done(null, body),
    );
    app.addHook('onRequest', allowOrigins);
    mountDocuments(app, origin);
    mountEndpoints(app, oauth, origin);
  };
}
