// Mounts Windmill's REST: every row of the tables, and the few addresses that are no call of one
// operation. Who may call is settled behind the ports; errors by the scope around.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type Clock } from '../../base/index.ts';
import { workspaceArchive } from './archive/index.ts';
import { createRoutes } from './create-routes.ts';
import { bulkKinds, deleteBulk } from './delete-bulk.ts';
import { type HttpRoutesDeps, mountHttpRoutes } from './http-routes.ts';
import { queueList } from './job-lists.ts';
import { windmillOpenApi } from './openapi.ts';
import { readPublished } from './published.ts';
import { rerunLines } from './rerun.ts';
import { rows } from './rows.ts';
import { starts } from './runs.ts';
import { sendStream, streamUpdates, wantedOf } from './stream.ts';
import type { Answer, Row } from './table.ts';
import { type WireBody, type WireRequest, wireRequest } from './wire-request.ts';

export interface WindmillAsk {
  place: 'rest' | 'run';
  surface: 'windmill';
  workspace: string | null;
  name: string;
  input: () => unknown;
}

/** Ports, filled by the server. */
export interface WindmillDeps {
  clock: Clock;
  version: string;
  invoke: (request: FastifyRequest, reply: FastifyReply, ask: WindmillAsk) => Promise<unknown>;
  /**
   * Throws for a caller that may start runs here and not read them, so that nothing is started
   * whose news it cannot hear. Whom nobody knows is refused by `invoke`.
   */
  assertReadsJobs: (request: FastifyRequest, workspace: string | null) => Promise<void>;
  /** Throws for a caller that is nobody. */
  admit: (request: FastifyRequest) => Promise<unknown>;
  bodyOf: (request: FastifyRequest) => WireBody | undefined;
  parseJson: (text: string) => unknown;
  /** Is the server about to stop? */
  draining: () => boolean;
  /** What `/api/r/` needs: its table, and calls by the owners of routes. */
  published: Pick<
    HttpRoutesDeps,
    'routes' | 'files' | 'callerOf' | 'invokeAs' | 'limit' | 'guarded'
  >;
}

function send(reply: FastifyReply, answer: Answer): FastifyReply {
  const { type, body } = answer;
  void reply.code(answer.status);
  void reply.type(type === 'json' ? 'application/json' : 'text/plain; charset=utf-8');
  if (answer.headers) void reply.headers(answer.headers);
  return reply.send(type === 'json' ? JSON.stringify(body ?? null) : String(body));
}

function workspaceOf(request: FastifyRequest): string | null {
  return (request.params as { workspace?: string }).workspace ?? null;
}

/** The addresses of the tables, as `METHOD /api/…`. */
export const windmillAddresses: readonly string[] = rows.map(
  ({ method, path }) => `${method} /api/${path}`,
);

/** Throws for a kind of body that the row does not read. */
function checkBody({ body }: WireRequest, { runs, multipart }: Pick<Row, 'runs' | 'multipart'>) {
  const others: WireBody['kind'][] = runs ? ['form', 'text'] : [];
  if (runs || multipart) others.push('multipart');
  if (!body || ['json', ...others].includes(body.kind)) return;
  throw new AppError('unsupported_media_type', 'The body must be JSON.', {
    hint: 'Send it with `Content-Type: application/json`.',
  });
}

function mountRow(app: FastifyInstance, row: Row, deps: WindmillDeps): void {
  app.route({
    method: row.method,
    url: `/api/${row.path}`,
    handler: async (request, reply) => {
      const wire = wireRequest(request, deps);
      if (row.page && wire.wantsPage) {
        return reply.header('referrer-policy', 'no-referrer').redirect(row.page(wire), 303);
      }
      const ask: WindmillAsk = {
        place: row.runs ? 'run' : 'rest',
        surface: 'windmill',
        workspace: workspaceOf(request),
        name: row.operation,
        input() {
          checkBody(wire, row);
          return row.input(wire);
        },
      };
      const failed = (error: unknown): Answer => {
        const isGone = error instanceof AppError && error.code === 'not_found';
        if (isGone && row.gone && wire.fromCli) return row.gone;
        throw error;
      };
      const answer = deps
        .invoke(request, reply, ask)
        .then((output) => row.answer(output as never), failed);
      return send(reply, await answer);
    },
  });
}

/** Many calls in one request: reruns, and the stream of a job's news. */
function mountComposites(app: FastifyInstance, deps: WindmillDeps): void {
  const callerOf =
    (request: FastifyRequest, reply: FastifyReply) =>
    (name: string, input: unknown): Promise<unknown> =>
      deps.invoke(request, reply, {
        place: 'rest',
        surface: 'windmill',
        workspace: workspaceOf(request),
        name,
        input: () => input,
      });

  app.post('/api/w/:workspace/jobs/run/batch_rerun_jobs', async (request, reply) => {
    await deps.admit(request);
    const lines = await rerunLines(wireRequest(request, deps), callerOf(request, reply));
    return send(reply, { status: 200, type: 'text', body: lines });
  });
  app.post('/api/w/:workspace/http_triggers/create_many', async (request, reply) => {
    await deps.admit(request);
    const paths = await createRoutes(wireRequest(request, deps), callerOf(request, reply));
    const said = `Created ${paths.length} HTTP routes`;
    return send(reply, { status: 201, type: 'text', body: said });
  });
  for (const kind of bulkKinds) {
    app.delete(`/api/w/:workspace/${kind}/delete_bulk`, async (request, reply) => {
      await deps.admit(request);
      const invoke = callerOf(request, reply);
      const remove = (path: string) => invoke(`${kind}.delete`, { path });
      const gone = await deleteBulk(wireRequest(request, deps), remove);
      return send(reply, { status: 200, type: 'json', body: gone });
    });
  }
  app.get('/api/w/:workspace/workspaces/tarball', async (request, reply) => {
    await deps.admit(request);
    const { query } = wireRequest(request, deps);
    const archive = await workspaceArchive(query, callerOf(request, reply));
    return reply.type('application/x-tar').send(archive);
  });
  for (const base of ['jobs_u', 'jobs']) {
    app.get(`/api/w/:workspace/${base}/getupdate_sse/:id`, async (request, reply) =>
      streamUpdates(wireRequest(request, deps), reply, {
        clock: deps.clock,
        draining: deps.draining,
        invoke: callerOf(request, reply),
      }),
    );
  }
}

/**
 * Windmill's workspace `admins` stands for the whole instance: its command line asks there for the
 * queues of all workspaces. Here nobody needs to have one; another of the caller's will do.
 */
function mountInstanceQueue(app: FastifyInstance, deps: WindmillDeps): void {
  app.get('/api/w/admins/jobs/queue/list', async (request, reply) => {
    const ask = { place: 'rest', surface: 'windmill' } as const;
    const input = () => ({});
    const mine = { ...ask, workspace: null, name: 'workspaces.mine', input };
    const { workspaces } = (await deps.invoke(request, reply, mine)) as {
      workspaces: readonly { id: string }[];
    };
    const ids = workspaces.map(({ id }) => id);
    const home = ids.includes('admins') ? 'admins' : ids[0];
    const output = await deps.invoke(request, reply, {
      ...ask,
      workspace: home ?? 'admins',
      name: queueList.operation,
      input: () => queueList.input(wireRequest(request, deps)),
    });
    return send(reply, queueList.answer(output as never));
  });
}

/** Starts something and streams its news. */
async function runAndStream(
  request: FastifyRequest,
  reply: FastifyReply,
  { start, deps }: { start: (typeof starts)[number]; deps: WindmillDeps },
): Promise<FastifyReply> {
  const wire = wireRequest(request, deps);
  const workspace = workspaceOf(request);
  const invoke = (name: string, input: () => unknown) =>
    deps.invoke(request, reply, { place: 'run', surface: 'windmill', workspace, name, input });
  await deps.assertReadsJobs(request, workspace);
  const started = await invoke(start.operation, () => {
    wantedOf(wire);
    checkBody(wire, { runs: true });
    return start.input(wire);
  });
  const { id } = started as { id: string };
  const { clock, draining } = deps;
  const ask = (name: string, input: unknown) => invoke(name, () => input);
  return sendStream(reply, { ...wantedOf(wire), id }, { clock, draining, invoke: ask });
}

function mountRunStreams(app: FastifyInstance, deps: WindmillDeps): void {
  for (const start of starts) {
    app.route({
      method: ['GET', 'POST'],
      url: `/api/w/:workspace/jobs/run_and_stream/${start.at}`,
      handler: (request, reply) => runAndStream(request, reply, { start, deps }),
    });
  }
}

/**
 * The Windmill whose REST these tables follow. Its command line reads major and minor from what
 * stands between `v` and the dots, and picks old or new forms by it.
 */
const windmillVersion = '1.819.0';

/** Constants that Windmill's clients ask for. */
function mountConstants(app: FastifyInstance, deps: WindmillDeps, built: readonly string[]): void {
  app.get('/api/version', async (_request, reply) => {
    const body = `v${windmillVersion} (Millrace v${deps.version})`;
    return send(reply, { status: 200, type: 'text', body });
  });
  app.get('/api/openapi.yaml', async (_request, reply) => {
    const document = windmillOpenApi(readPublished(), { built, version: deps.version });
    // Windmill's clients read no body of the newer type application/yaml.
    return reply.type('text/yaml; charset=utf-8').send(document);
  });
  app.get('/api/uptodate', async (request, reply) => {
    await deps.admit(request);
    return send(reply, { status: 200, type: 'text', body: 'yes' });
  });
  // No setting of an instance exists yet; null is Windmill's answer for one that is not set.
  app.get('/api/settings/global/:key', async (request, reply) => {
    await deps.admit(request);
    return send(reply, { status: 200, type: 'json', body: null });
  });
  app.get('/api/jobs/db_clock', async (request, reply) => {
    await deps.admit(request);
    return send(reply, { status: 200, type: 'json', body: deps.clock.now() });
  });
}

/** The routes as a Fastify plugin. */
export function windmillRoutes(deps: WindmillDeps) {
  return async function routes(app: FastifyInstance): Promise<void> {
    const built: string[] = [];
    app.addHook('onRoute', ({ method, url }) => {
      built.push(...[method].flat().map((one) => `${one} ${url}`));
    });
    for (const row of rows) mountRow(app, row, deps);
    mountComposites(app, deps);
    mountInstanceQueue(app, deps);
    mountRunStreams(app, deps);
    mountConstants(app, deps, built);
    mountHttpRoutes(app, { ...deps, ...deps.published, send });
  };
}
