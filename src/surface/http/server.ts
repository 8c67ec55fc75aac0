// The web server: puts the faces side by side, each with its own bodies and form of errors, behind
// the checks that all share. Listens, drains, closes.
import Fastify, { type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { AppError, type Log } from '../../base/index.ts';
import { authorise } from '../../operation/index.ts';
import { apiRoutes, auditExportRoutes } from '../api/index.ts';
import { conformanceAddress, fixtureCaller, mcpRoutes } from '../mcp/index.ts';
import { resourceMetadataUrl } from '../oauth/index.ts';
import { sendFailurePage, sendMcpAddressPage } from '../pages/index.ts';
import {
  createNotBuilt,
  fileStreams,
  failureText,
  windmillAddresses,
  windmillRoutes,
} from '../windmill/index.ts';
import { bodyOf, maxBodyBytes, parseJson, readBodies, drainBody } from './bodies.ts';
import { type Failure, failureJson, failureOf, prepareRefusal } from './failures.ts';
import { mountOAuth } from './oauth-ports.ts';
import { countRequests, mountMetrics } from './metrics.ts';
import { mountPages } from './page-ports.ts';
import { queryTokensOf, takeQueryToken } from './query-token.ts';
import { createMcpFlood } from './rate-limit.ts';
import { createRouteCheck } from './raw-routes.ts';
import type { Running } from './running.ts';
import { createHostCheck } from './same-origin.ts';

/** A request's line in the log: the route's pattern, because addresses may hold secrets. */
function logRequests(app: FastifyInstance, log: Log): void {
  app.addHook('onResponse', (request, reply, done) => {
    log.debug('request', {
      method: request.method,
      route: request.routeOptions.url ?? 'unknown',
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
    });
    done();
  });
}

/** How one scope answers errors. */
type Answering = (reply: FastifyReply, failure: Failure) => FastifyReply;

const asJson: Answering = (reply, failure) =>
  prepareRefusal(reply, failure)
    .type('application/json; charset=utf-8')
    .send(JSON.stringify(failureJson(failure)));

const asText: Answering = (reply, failure) =>
  prepareRefusal(reply, failure).type('text/plain; charset=utf-8').send(failureText(failure.error));

const asPage: Answering = (reply, failure) =>
  sendFailurePage(prepareRefusal(reply, failure), failure.error);

/** Own REST speaks JSON, Windmill's text, and people get pages; never HTML below `/api`. */
function answeringOf(url: string): Answering {
  if (/^\/api\/(?:op|openapi\.json)(?:[/?]|$)/.test(url)) return asJson;
  return url === '/api' || /^\/api[/?]/.test(url) ? asText : asPage;
}

type Answer = (thrown: unknown, request: FastifyRequest, reply: FastifyReply) => FastifyReply;

/** Answers errors in the form that goes with the address. */
function createAnswer(log: Log): Answer {
  return (thrown, request, reply) =>
    answeringOf(request.raw.url ?? '/')(reply, failureOf(thrown, request, log));
}

function nothingHere(request: FastifyRequest): AppError {
  const isApi = /^\/api(?:[/?]|$)/.test(request.raw.url ?? '/');
  return isApi
    ? new AppError('not_found', `Not found: no such address for ${request.method}`, {
        hint: 'GET /api/openapi.json lists the operations.',
      })
    : new AppError('not_found', 'There is no page at this address.');
}

/** Answers belong to one caller. */
async function keepOutOfCaches(_request: FastifyRequest, reply: FastifyReply): Promise<void> {
  void reply.header('cache-control', 'no-store');
}

function mountApi(app: FastifyInstance, { deps, gate, origin }: Running): void {
  void app.register(async (scope) => {
    readBodies(scope, ['json']);
    scope.addHook('onRequest', keepOutOfCaches);
    const { catalog } = deps.door;
    const bodyValue = (request: FastifyRequest): unknown => bodyOf(request)?.value;
    const { invoke } = gate;
    await scope.register(auditExportRoutes({ invoke, exported: deps.gateway.exported }));
    await scope.register(apiRoutes({ catalog, version: deps.version, origin, invoke, bodyValue }));
  });
}

function mountWindmill(app: FastifyInstance, { deps, gate, draining }: Running): void {
  void app.register(async (scope) => {
    readBodies(scope, ['json', 'form', 'text', 'multipart']);
    scope.addHook('onRequest', keepOutOfCaches);
    await scope.register(
      windmillRoutes({
        clock: deps.clock,
        version: deps.version,
        invoke: gate.invoke,
        async assertReadsJobs(request, workspace) {
          const caller = await gate.admit(request, 'run', workspace).catch(() => undefined);
          const verdict = caller && authorise(caller, { action: 'jobs:read', risk: 'read' });
          if (verdict?.allowed === false) throw verdict.error;
        },
        admit: (request) => gate.admit(request, 'rest', null),
        bodyOf,
        parseJson,
        draining,
        published: {
          routes: deps.routes,
          files: deps.files,
          callerOf: (request, workspace) => gate.admit(request, 'run', workspace),
          invokeAs: gate.invokeAs,
          limit: gate.limit,
          guarded: gate.guarded,
        },
      }),
    );
  });
}

function mountFileStreams(app: FastifyInstance, { deps, gate }: Running): void {
  void app.register(async (scope) => {
    scope.addHook('onRequest', keepOutOfCaches);
    await scope.register(
      fileStreams({
        files: deps.files,
        invoke(request, reply, ask) {
          const { workspace = null } = request.params as { workspace?: string };
          return gate.invoke(request, reply, {
            place: 'rest',
            surface: 'windmill',
            workspace,
            ...ask,
          });
        },
        drain: (request) => drainBody(request.raw, deps.clock),
        bodyOf,
        parseJson,
      }),
    );
  });
}

function mountMcp(app: FastifyInstance, { deps, gate, origin }: Running): void {
  const limit = createMcpFlood(deps.clock, deps.config.mcpCallsPerMinute);
  const callerIn = (request: FastifyRequest, workspace: string | null) =>
    gate.admit(request, 'mcp', workspace);
  const options = {
    callerIn,
    async admit(request: FastifyRequest, workspace: string | null) {
      limit.ofAddress(request.ip);
      const caller = await callerIn(request, workspace);
      limit.ofCaller(caller);
      return caller;
    },
    metadataUrl: (path: string) => resourceMetadataUrl(origin(), path),
    page: sendMcpAddressPage,
    withToken(request: FastifyRequest, path: string) {
      const [token] = queryTokensOf(request.raw);
      return token === undefined ? path : `${path}&token=${encodeURIComponent(token)}`;
    },
  };
  void app.register(mcpRoutes(deps.mcp, options));
  if (!deps.conformance) return;
  const admit = async () => fixtureCaller;
  const open = { ...options, admit, callerIn: admit, only: conformanceAddress };
  void app.register(mcpRoutes(deps.conformance, open));
}

/** The application without its socket. */
export function createApp(running: Running): FastifyInstance {
  const { deps, draining } = running;
  const answer = createAnswer(deps.log);
  const app: FastifyInstance = Fastify({
    logger: false,
    bodyLimit: maxBodyBytes,
    trustProxy: deps.config.trustedProxies.length > 0 && [...deps.config.trustedProxies],
    exposeHeadRoutes: false,
    rewriteUrl: takeQueryToken,
    // Time to send a whole request; answers may take longer.
    requestTimeout: 120_000,
    forceCloseConnections: 'idle',
    routerOptions: { maxParamLength: 400 },
    frameworkErrors: (error, request, reply) => void answer(error, request, reply),
  });
  const checkHost = createHostCheck(deps.config.host, deps.config.baseUrl);
  const routes = createRouteCheck([
    ...windmillAddresses,
    ...(deps.conformance ? [`* ${conformanceAddress}`, `* ${conformanceAddress}/`] : []),
  ]);
  app.addHook('onRoute', (route) => routes.mounted(route));
  app.addHook('onReady', async () => routes.complete());
  app.addHook('onRequest', (request, reply, done) => {
    void reply.header('x-content-type-options', 'nosniff');
    // An address with a token is a secret: nothing keeps it, and no page hands it on.
    if (queryTokensOf(request.raw).length > 0) {
      void reply.headers({ 'referrer-policy': 'no-referrer', 'cache-control': 'no-store' });
    }
    done(checkHost(request.headers));
  });
  logRequests(app, deps.log);
  countRequests(app, running);
  readBodies(app, ['json']);
  app.setErrorHandler(async (thrown, request, reply) => {
    const tooLarge = (thrown as { code?: unknown }).code === 'FST_ERR_CTP_BODY_TOO_LARGE';
    if (tooLarge) await drainBody(request.raw, deps.clock);
    return answer(thrown, request, reply);
  });
  const notBuilt = createNotBuilt();
  app.setNotFoundHandler(async (request, reply) => {
    const published = notBuilt(request.method, request.raw.url ?? '/');
    // What is not built is no secret, but nobody probes here without a token.
    if (published) await running.gate.admit(request, 'rest', null);
    return answer(published ?? nothingHere(request), request, reply);
  });
  app.get('/health', { exposeHeadRoute: true }, async (_request, reply) => {
    const health = (await deps.isWell()) ? 'ok' : 'degraded';
    const status = draining() ? 'draining' : health;
    const { version } = deps;
    return reply.code(draining() ? 503 : 200).send({ status, version });
  });
  mountMetrics(app, running);
  mountApi(app, running);
  mountWindmill(app, running);
  mountFileStreams(app, running);
  mountMcp(app, running);
  mountPages(app, running, mountOAuth(app, running));
  return app;
}
