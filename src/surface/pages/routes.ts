// The addresses of the plain pages: home, login and logout, set-up, a run. They work without
// JavaScript; forms are protected by the ports (the set-up by its secret, approvals by the link).
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, notFound } from '../../base/index.ts';
import { clientFiles } from '../../engine/index.ts';
import { mountApprovals } from './approval-routes.ts';
import { mountDocumentation } from './documentation.ts';
import { type Consents, mountConsent } from './consent-routes.ts';
import { mountConnections } from './connections-routes.ts';
import { mountFavorites } from './favorites-routes.ts';
import { homePage, welcomePage } from './home.ts';
import { loginPage, safeNext } from './login.ts';
import { mountServices } from './services-routes.ts';
import { type RunFacts, runPage } from './run.ts';
import { sendPage, style } from './send.ts';
import { deadLinkPage, readyPage, setupPage } from './setup.ts';
import { mountTokens } from './tokens-routes.ts';
import { isLoggedOut, toLogin, visitorOf } from './visitor.ts';

/** Ports, filled by the server. */
export interface PageDeps {
  origin: () => string;
  /** Epoch milliseconds. */
  now: () => number;
  /** The workspace that the set-up page suggests. */
  firstWorkspace: string;
  setup: {
    needed(): Promise<boolean>;
    peek(secret: string): Promise<boolean>;
    redeem(
      secret: string,
      wanted: { email: string; password: string; name?: string; workspace: string },
    ): Promise<{ token: string }>;
  };
  /** The fields of the form that was sent. */
  formOf: (request: FastifyRequest) => Readonly<Record<string, string>>;
  /** Calls an operation without a caller (login), or as the caller of a fresh session. */
  invokeFresh: (reply: FastifyReply, ask: FreshAsk) => Promise<unknown>;
  /** Calls an operation as the visitor; throws `unauthenticated` when there is no session. */
  invoke: (request: FastifyRequest, reply: FastifyReply, ask: PageAsk) => Promise<unknown>;
  consents: Consents;
  /** The user id of the visitor; undefined without a session. */
  visitorId: (request: FastifyRequest) => Promise<string | undefined>;
  /** Throws `forbidden` when the form comes from a page of another site. */
  checkSameOrigin: (request: FastifyRequest) => void;
  /** A `Set-Cookie` value; undefined ends the session in the browser. */
  cookieOf: (token: string | undefined) => string;
}

export interface PageAsk {
  name: string;
  workspace: string | null;
  input: () => unknown;
}

/** `token`: of the session that has just begun; undefined for nobody. */
export type FreshAsk = PageAsk & { token: string | undefined };

function mountSession(app: FastifyInstance, deps: PageDeps): void {
  app.get('/login', async (request, reply) => {
    const { next } = request.query as { next?: unknown };
    return sendPage(reply, loginPage({ email: '', next: safeNext(next) }));
  });

  app.post('/login', async (request, reply) => {
    deps.checkSameOrigin(request);
    const { email = '', password = '', ...form } = deps.formOf(request);
    const next = safeNext(form['next']);
    const input = () => ({ email, password });
    try {
      const ask = { name: 'session.login', workspace: null, input, token: undefined };
      const { token } = (await deps.invokeFresh(reply, ask)) as { token: string };
      return await reply.header('set-cookie', deps.cookieOf(token)).redirect(next, 303);
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      return sendPage(reply, loginPage({ email, next }, error), error.status);
    }
  });

  app.post('/logout', async (request, reply) => {
    deps.checkSameOrigin(request);
    try {
      await deps.invoke(request, reply, {
        name: 'session.logout',
        workspace: null,
        input: () => ({}),
      });
    } catch (error) {
      // A session that is over needs no end, but the cookie does.
      if (!isLoggedOut(error)) throw error;
    }
    void reply.header('set-cookie', deps.cookieOf(undefined));
    return toLogin(reply, safeNext(deps.formOf(request)['next']));
  });
}

async function firstMcpToken(
  reply: FastifyReply,
  deps: PageDeps,
  { token, workspace }: { token: string; workspace: string },
): Promise<string | undefined> {
  try {
    const made = await deps.invokeFresh(reply, {
      name: 'tokens.create',
      workspace: null,
      token,
      input: () => ({ label: 'first assistant', scopes: ['mcp:all'], workspaceId: workspace }),
    });
    return (made as { token: string }).token;
  } catch (error) {
    // The account exists; the page then says how to make a token.
    if (error instanceof AppError) return undefined;
    throw error;
  }
}

function mountSetup(app: FastifyInstance, deps: PageDeps): void {
  const { setup } = deps;
  const deadLink = async (reply: FastifyReply): Promise<FastifyReply> =>
    sendPage(reply, deadLinkPage(await setup.needed()), 410);

  app.get<{ Params: { secret: string } }>('/setup/:secret', async (request, reply) => {
    if (!(await setup.peek(request.params.secret))) return deadLink(reply);
    const form = { email: '', name: '', workspace: deps.firstWorkspace };
    return sendPage(reply, setupPage(form));
  });

  app.post<{ Params: { secret: string } }>('/setup/:secret', async (request, reply) => {
    const { secret } = request.params;
    if (!(await setup.peek(secret))) return deadLink(reply);
    const sent = deps.formOf(request);
    const { email = '', name = '', workspace = '', password = '', repeated = '' } = sent;
    const form = { email, name, workspace };
    if (password !== repeated) {
      const details = { fields: ['password', 'repeated'] };
      const problem = { message: 'The two passwords are not the same.', details };
      return sendPage(reply, setupPage(form, problem), 400);
    }
    try {
      const wanted = { email, password, workspace, ...(name === '' ? {} : { name }) };
      const { token } = await setup.redeem(secret, wanted);
      const mcpToken = await firstMcpToken(reply, deps, { token, workspace });
      void reply.header('set-cookie', deps.cookieOf(token));
      return await sendPage(reply, readyPage({ origin: deps.origin(), workspace, mcpToken }));
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      if (!(await setup.peek(secret))) return deadLink(reply);
      return sendPage(reply, setupPage(form, error), error.status);
    }
  });
}

function mountViews(app: FastifyInstance, deps: PageDeps): void {
  app.get('/', async (request, reply) => {
    const visitor = await visitorOf(request, reply, deps);
    if (!visitor) {
      return sendPage(reply, welcomePage({ ownerNeeded: await deps.setup.needed() }));
    }
    return sendPage(reply, homePage({ origin: deps.origin(), visitor }));
  });

  app.get<{ Params: { workspace: string; id: string } }>(
    '/w/:workspace/runs/:id',
    async (request, reply) => {
      const visitor = await visitorOf(request, reply, deps);
      if (!visitor) return toLogin(reply, request.url);
      const { workspace, id } = request.params;
      const ask = { name: 'jobs.get', workspace, input: () => ({ id }) };
      const run = (await deps.invoke(request, reply, ask)) as RunFacts;
      return sendPage(reply, runPage(run, visitor));
    },
  );

  app.get('/style.css', async (_request, reply) =>
    reply
      .headers({ 'cache-control': 'public, max-age=31536000, immutable' })
      .type('text/css; charset=utf-8')
      .send(style),
  );

  app.get<{ Params: { file: string } }>('/clients/:file', async (request, reply) => {
    const text = clientFiles.get(request.params.file);
    if (text === undefined) throw notFound('client', request.params.file);
    return reply.type('text/plain; charset=utf-8').send(text);
  });
}

/** The pages as a Fastify plugin. */
export function pageRoutes(deps: PageDeps) {
  return async function routes(app: FastifyInstance): Promise<void> {
    mountSession(app, deps);
    mountSetup(app, deps);
    mountViews(app, deps);
    mountApprovals(app, deps);
    mountConsent(app, deps);
    mountConnections(app, deps);
    mountFavorites(app, deps);
    mountServices(app, deps);
    mountTokens(app, deps);
    mountDocumentation(app, deps);
  };
}
