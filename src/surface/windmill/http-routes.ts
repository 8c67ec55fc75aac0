// What answers below `/api/r/`: a script or flow that somebody published there. The request proves
// itself as the route says; the run is then an ordinary call by the route's owner.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError, type Clock } from '../../base/index.ts';
import type { FileBytes, Routes } from '../../engine/index.ts';
import { anonymous, type Caller } from '../../operation/index.ts';
import { present } from './fields.ts';
import { assertRawText, bodyArgs, eventText, shownHeaders } from './payload.ts';
import { type Outcome, resultAnswer } from './result.ts';
import { serveFiles } from './website.ts';
import { errorEvent, eventLine, sendEvents } from './stream.ts';
import { type Answer, text } from './table.ts';
import { type WireRequest, wireRequest, type WireRequestDeps } from './wire-request.ts';

export interface HttpRoutesDeps extends WireRequestDeps {
  clock: Clock;
  /** Is the server about to stop? */
  draining: () => boolean;
  routes: Pick<Routes, 'find' | 'admit' | 'assertPlain'>;
  files: Pick<FileBytes, 'bytes'>;
  send: (reply: FastifyReply, answer: Answer) => FastifyReply;
  /** Who sends the request, by token or session; throws for nobody. */
  callerOf: (request: FastifyRequest, workspace: string) => Promise<Caller>;
  /** Calls an operation as somebody. */
  invokeAs: (reply: FastifyReply, caller: Caller, ask: HttpAsk) => Promise<unknown>;
  /** Counts a request without proof for `what`; throws `rate_limited`. */
  limit: (request: FastifyRequest, what: string) => void;
  /** Attempts a proof; throws `rate_limited` when its sender was wrong about it too often. */
  guarded: <Result>(
    request: FastifyRequest,
    what: string,
    attempt: () => Promise<Result>,
  ) => Promise<Result>;
}

interface HttpAsk {
  surface: 'http';
  workspace: string;
  name: string;
  input: () => unknown;
}

type Found = NonNullable<ReturnType<Routes['find']>>;

const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

/** Methods that let everybody in: whether to believe the request is the script's to say. */
const open: ReadonlySet<string> = new Set(['none', 'custom_script']);

/** Methods that check the text of the body. */
const readsText: ReadonlySet<string> = new Set(['signature', 'custom_script']);

/** A look at a job that is streamed, and the longest stream: its client cannot come again. */
const lookMs = 10_000;
const longestStreamMs = 600_000;

const operations = {
  sync: { scripts: 'jobs.runWait', flows: 'jobs.runFlowWait' },
  async: { scripts: 'jobs.run', flows: 'jobs.runFlow' },
} as const;

const answers = {
  sync: resultAnswer,
  async: text(({ id }: { id: string }) => id, 201),
} as const;

/** Arguments by name: the body's, of a GET the query's, and what the route names, which wins. */
function argsOf({ trigger, params }: Found, request: WireRequest): Record<string, unknown> {
  const { wrapBody: wrap, rawString: raw, authenticationMethod } = trigger;
  const how = { wrap, raw: raw || authenticationMethod === 'custom_script' };
  const query = request.method === 'GET' ? request.query.all() : {};
  return { ...query, ...bodyArgs(request.body?.value, request.body?.text, how), ...params };
}

/** The request as a preprocessor sees it (Windmill's event of an HTTP route). */
function eventOf({ trigger, params }: Found, request: WireRequest, secret: readonly string[]) {
  return {
    kind: 'http',
    route: `/${trigger.routePath}`,
    path: `/${request.path()}`,
    method: request.method.toLowerCase(),
    params,
    query: request.query.all(),
    headers: shownHeaders(request, secret),
    body: request.body?.value ?? null,
    raw_string: eventText(request),
  };
}

/** The result when it is there; until then signs of life. No logs: they are not for strangers. */
async function* resultEvents(
  look: (waitMs: number) => Promise<Outcome>,
  { clock, draining }: Pick<HttpRoutesDeps, 'clock' | 'draining'>,
): AsyncGenerator<string> {
  const until = clock.now() + longestStreamMs;
  try {
    while (clock.now() < until && !draining()) {
      const { done, success, result } = await look(lookMs);
      if (done) {
        yield eventLine({ type: 'update', completed: true, success, only_result: result ?? null });
        return;
      }
      yield eventLine({ type: 'ping' });
    }
    yield eventLine({ type: 'timeout' });
  } catch (error) {
    yield eventLine(errorEvent(error));
  }
}

async function serve(
  request: FastifyRequest,
  reply: FastifyReply,
  deps: HttpRoutesDeps,
): Promise<FastifyReply> {
  const wire = wireRequest(request, deps);
  const { path: address, isFolder } = wire.folderPath();
  const found = deps.routes.find(wire.method, address.split('/'));
  // Only a website has folders.
  if (!found?.trigger.isWebsite) wire.path();
  if (!found) {
    throw new AppError('not_found', `Not found: no HTTP route for ${wire.method} here.`);
  }
  const { trigger } = found;
  if (trigger.rawString || readsText.has(trigger.authenticationMethod)) assertRawText(wire);
  const { workspaceId: workspace, scriptPath: path, requestType } = trigger;
  const door = `route ${workspace} ${trigger.path}`;
  if (open.has(trigger.authenticationMethod)) deps.limit(request, door);
  const name =
    trigger.staticKey !== null
      ? 'files.get'
      : operations[requestType === 'sync' ? 'sync' : 'async'][trigger.isFlow ? 'flows' : 'scripts'];
  const proof = {
    header: wire.header,
    bodyText: wire.body?.text ?? '',
    caller: () => deps.callerOf(request, workspace),
  };
  const admit = () =>
    deps.routes.admit(trigger, proof).catch(async (refusal: unknown) => {
      // Through the door as nobody, so that the audit log has it.
      const shown = trigger.staticKey === null ? { path } : { key: trigger.staticKey };
      const ask = { surface: 'http', workspace, name, input: () => shown } as const;
      await deps.invokeAs(reply, anonymous, ask).catch(() => undefined);
      throw refusal;
    });
  const admitted = await deps.guarded(request, door, admit);
  const ask = (operation: string, input: object): Promise<unknown> =>
    deps.invokeAs(reply, admitted.owner, {
      surface: 'http',
      workspace,
      name: operation,
      input: () => input,
    });
  if (trigger.staticKey !== null) {
    return serveFiles(request, reply, { found, isFolder, ask, bytes: deps.files.bytes });
  }
  const args = argsOf(found, wire);
  const event = eventOf(found, wire, admitted.secretHeaders);
  deps.routes.assertPlain({ ...args, event });
  const { isFlow, retry, errorHandlerPath } = trigger;
  if (requestType !== 'sync_sse' && !retry && !errorHandlerPath) {
    return deps.send(
      reply,
      answers[requestType]((await ask(name, { path, args, event })) as never),
    );
  }
  const route = { trigger: trigger.path, path, isFlow };
  const started = (await ask('httpTriggers.run', { ...route, args, event })) as { id: string };
  if (requestType === 'async') return deps.send(reply, answers.async(started));
  const look = (waitMs?: number): Promise<Outcome> =>
    ask('httpTriggers.result', {
      ...route,
      id: started.id,
      ...present({ waitMs }),
    }) as Promise<Outcome>;
  if (requestType === 'sync') return deps.send(reply, resultAnswer(await look()));
  return sendEvents(reply, resultEvents(look, deps));
}

export function mountHttpRoutes(app: FastifyInstance, deps: HttpRoutesDeps): void {
  app.route({
    method: methods,
    url: '/api/r/*',
    handler: (request, reply) => serve(request, reply, deps),
  });
}
