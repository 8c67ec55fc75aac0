// The addresses of OAuth that clients call. People's side is the consent page.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import type { Clients } from '../../identity/index.ts';
import { issuerAliases, resourceOfAlias } from './addresses.ts';
import { exchangeGrant } from './discovery.ts';
import { mountDocuments } from './documents.ts';
import { forward, forwardedRequest } from './forward.ts';
import type { Endpoint, OAuthLimits } from './limits.ts';
import type { OAuth } from './oauth.ts';
import { askedScope, type Delegation, innerScope } from './provider.ts';
import { readMetadata, registered, registrationError } from './registration.ts';

export interface OAuthRouteDeps {
  oauth: OAuth;
  origin: () => string;
  limits: OAuthLimits;
  register: Clients['register'];
  delegation: Delegation;
}

const maxBodyBytes = 64 * 1024;

/** Tokens by it are the gateway's own. */
const delegatedPrefix = 'gwd_';

/** Clients ask from browsers too, without cookies. */
async function allowOrigins(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.headers({
    'access-control-allow-origin': '*',
    'access-control-allow-headers': 'Authorization, Content-Type, MCP-Protocol-Version',
    'access-control-allow-methods': 'GET, POST, OPTIONS',
    'access-control-expose-headers': 'WWW-Authenticate, Retry-After',
  });
}

function parsed(body: unknown): unknown {
  try {
    return JSON.parse(Buffer.isBuffer(body) ? body.toString() : '');
  } catch {
    throw new AppError('invalid_input', 'The body is not JSON.');
  }
}

const formOf = ({ body }: FastifyRequest): URLSearchParams =>
  new URLSearchParams(Buffer.isBuffer(body) ? body.toString() : '');

/** Whom the request names as its client; '' when nobody. */
function clientIdOf(request: FastifyRequest): string {
  const [scheme = '', credentials = ''] = (request.headers.authorization ?? '').split(' ', 2);
  if (scheme.toLowerCase() === 'basic') {
    return Buffer.from(credentials, 'base64').toString().split(':', 1)[0] ?? '';
  }
  const query =
    request.method === 'GET'
      ? new URL(request.url, 'http://localhost').searchParams
      : formOf(request);
  return query.get('client_id') ?? '';
}

/**
 * `/authorize` as the library is to see it: the one scope it knows, what was asked aside, and the
 * endpoint that the address of a workspace stands for.
 */
function authorizeUrl(url: string, origin: string): string {
  const { search, pathname } = new URL(url, 'http://localhost');
  const query = new URLSearchParams(search);
  const asked = query.get('scope') ?? '';
  query.delete(askedScope);
  query.set('scope', innerScope);
  if (asked.trim() !== '') query.set(askedScope, asked.slice(0, 4000));
  const resource = resourceOfAlias(pathname);
  if (resource !== undefined && !query.has('resource')) query.set('resource', origin + resource);
  return `/authorize?${query.toString()}`;
}

/** A token request without `scope`: it would name what only the connection knows. */
function withoutScope(request: FastifyRequest): string {
  const form = formOf(request);
  form.delete('scope');
  return form.toString();
}

/** The form of RFC 6749 section 5.2 for what the endpoints refuse themselves. */
function sendRefusal(reply: FastifyReply, error: AppError): FastifyReply {
  const wait = error.details?.['retryAfterSecs'];
  if (typeof wait === 'number') void reply.header('retry-after', String(wait));
  const isLater = error.code === 'rate_limited' || error.code === 'unavailable';
  return reply
    .code(error.status)
    .header('cache-control', 'no-store')
    .send({
      error: isLater ? 'temporarily_unavailable' : 'invalid_request',
      error_description: [error.message, error.hint].filter(Boolean).join(' '),
    });
}

function mountEndpoints(app: FastifyInstance, deps: OAuthRouteDeps): void {
  const { oauth, origin, limits, register } = deps;

  async function pass(
    request: FastifyRequest,
    reply: FastifyReply,
    more: { url: string; body?: string },
  ): Promise<void> {
    const provider = await oauth.provider();
    const inner = forwardedRequest(request, { origin: origin(), ...more });
    await forward(reply, inner, provider.callback());
  }

  const authorize = (request: FastifyRequest, reply: FastifyReply) => {
    limits.enter(request, 'authorize', clientIdOf(request));
    return pass(request, reply, { url: authorizeUrl(request.url, origin()) });
  };
  app.get('/authorize', authorize);
  app.get('/authorize/:uid', (request, reply) => pass(request, reply, { url: request.url }));

  const post = (endpoint: Exclude<Endpoint, 'authorize' | 'register'>) =>
    async function answer(request: FastifyRequest, reply: FastifyReply): Promise<void> {
      const clientId = clientIdOf(request);
      limits.enter(request, endpoint, clientId);
      const body = endpoint === 'token' ? { body: withoutScope(request) } : {};
      await pass(request, reply, { url: `/${endpoint}`, ...body });
      if (reply.raw.statusCode >= 400) limits.failed(request, clientId);
    };
  const code = post('token');
  /** What the library does not know: clients of the gateway are no clients of its. */
  async function delegated(
    endpoint: 'exchange' | 'introspect',
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const clientId = clientIdOf(request);
    limits.enter(request, endpoint === 'exchange' ? 'token' : 'introspect', clientId);
    const ask = deps.delegation[endpoint];
    const answer = await ask(formOf(request), request.headers.authorization);
    if (answer.status === 401) {
      void reply.header('www-authenticate', 'Basic realm="millrace"');
      limits.failed(request, clientId);
    }
    return reply
      .code(answer.status)
      .headers({ 'cache-control': 'no-store', pragma: 'no-cache' })
      .send(answer.body);
  }
  const token = (request: FastifyRequest, reply: FastifyReply) =>
    formOf(request).get('grant_type') === exchangeGrant
      ? delegated('exchange', request, reply)
      : code(request, reply);
  app.post('/token', token);
  app.post('/auth/token', token);
  app.post('/revoke', post('revoke'));
  const explain = post('introspect');
  app.post('/introspect', (request, reply) =>
    formOf(request).get('token')?.startsWith(delegatedPrefix)
      ? delegated('introspect', request, reply)
      : explain(request, reply),
  );
  app.get('/oauth/jwks', (request, reply) => pass(request, reply, { url: '/oauth/jwks' }));

  async function answerRegistration(request: FastifyRequest, reply: FastifyReply) {
    limits.enter(request, 'register', '');
    void reply.header('cache-control', 'no-store');
    try {
      const client = await register(readMetadata(parsed(request.body)));
      return await reply.code(201).send(registered(client));
    } catch (error) {
      if (!(error instanceof AppError) || error.status >= 500) throw error;
      return reply.code(400).send(registrationError(error));
    }
  }
  const registerClient = (request: FastifyRequest, reply: FastifyReply) =>
    answerRegistration(request, reply);
  app.post('/register', registerClient);
  app.post('/api/mcp/oauth/server/register', registerClient);

  for (const issuer of issuerAliases) {
    app.get(`${issuer}/authorize`, authorize);
    app.post(`${issuer}/token`, token);
  }
  for (const url of ['/token', '/register', '/revoke', '/introspect']) {
    app.options(url, async (_request, reply) => reply.code(204).send());
  }
}

/** OAuth as a Fastify plugin. */
export function oauthRoutes(deps: OAuthRouteDeps) {
  return async function routes(app: FastifyInstance): Promise<void> {
    app.removeAllContentTypeParsers();
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, done) => done(null, body),
    );
    app.addHook('onRequest', allowOrigins);
    // Programs read errors as OAuth says them; who comes with a browser gets a page.
    app.setErrorHandler(async (thrown, request, reply) => {
      if (request.method === 'GET') throw thrown;
      if (thrown instanceof AppError) return sendRefusal(reply, thrown);
      if ((thrown as { statusCode?: number }).statusCode !== 413) throw thrown;
      const message = `The body is larger than ${maxBodyBytes} bytes.`;
      return sendRefusal(reply, new AppError('too_large', message));
    });
    mountDocuments(app, { origin: deps.origin, delegates: deps.delegation.isOn });
    mountEndpoints(app, deps);
  };
}
