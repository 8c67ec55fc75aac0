// What the web server counts, and `GET /metrics`, where Prometheus reads all that this process
// counts: for who looks after the instance, or for everybody where the operator says so.
import type { FastifyInstance } from 'fastify';
import { authorise } from '../../operation/index.ts';
import type { Running } from './running.ts';

/** Addresses of the authorization server that do something, by the end of their pattern. */
const oauthEndpoint = /^\/(?:auth\/|api\/\S*\/)?(authorize|token|register|revoke|introspect)$/;

/** Patterns of addresses, never addresses: those may hold secrets, and there are too many. */
export function countRequests(app: FastifyInstance, { deps: { metrics } }: Running): void {
  const requests = metrics.counter(
    'millrace_http_requests_total',
    'Requests by the pattern of their address.',
    ['method', 'endpoint', 'status_code'],
  );
  const durations = metrics.durations(
    'millrace_http_request_duration_seconds',
    'From the first byte of the request to the last of the answer.',
    ['method', 'endpoint'],
  );
  const oauth = metrics.counter(
    'millrace_oauth_operations_total',
    'Answers of the authorization server.',
    ['operation', 'status'],
  );
  app.addHook('onResponse', ({ method, routeOptions }, { statusCode, elapsedTime }, done) => {
    const endpoint = routeOptions.url ?? 'unknown';
    requests.add(method, endpoint, String(statusCode));
    durations.observe(elapsedTime, method, endpoint);
    const operation = method === 'OPTIONS' ? undefined : oauthEndpoint.exec(endpoint)?.[1];
    if (operation !== undefined) oauth.add(operation, statusCode < 400 ? 'success' : 'error');
    done();
  });
}

export function mountMetrics(app: FastifyInstance, { deps, gate }: Running): void {
  const { metrics, config } = deps;
  metrics.gauge('process_resident_memory_bytes', 'Memory of the server process.', () =>
    process.memoryUsage.rss(),
  );
  app.get('/metrics', async (request, reply) => {
    if (!config.metricsOpen) {
      const caller = await gate.admit(request, 'rest', null);
      const verdict = authorise(caller, { action: 'instance:read', risk: 'read' });
      if (!verdict.allowed) throw verdict.error;
    }
    return reply.header('cache-control', 'no-store').type(metrics.contentType).send(metrics.text());
  });
}
