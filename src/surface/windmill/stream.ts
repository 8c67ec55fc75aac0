// `getupdate_sse`: a job's news as server-sent events, made of `jobs.update` calls, so each of
// them authorises like any other. Ends when the job ends, or after a minute: clients come again.
import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { AppError, type Clock } from '../../base/index.ts';
import { type JobUpdateOutput, jobUpdateShape } from '../shapes/index.ts';
import { failureText } from './failure-text.ts';
import type { WireRequest } from './wire-request.ts';

/** How long one look waits for news; between looks the stream says that it is alive. */
const holdMs = 3000;
const longestStreamMs = 60_000;

export interface StreamDeps {
  clock: Clock;
  /** Is the server about to stop? */
  draining: () => boolean;
  /** Calls an operation for the client of this stream. */
  invoke: (name: string, input: unknown) => Promise<unknown>;
}

type Event = Record<string, unknown>;

/** One server-sent event. */
export const eventLine = (event: Event): string => `data: ${JSON.stringify(event)}\n\n`;

/** What the client knows and wants, from its query. */
interface Wanted {
  id: string;
  running: boolean;
  logOffset: number;
  noLogs: boolean;
}

function wantedOf(request: WireRequest): Wanted {
  return {
    id: request.param('id'),
    running: request.query.flag('running') ?? false,
    logOffset: request.query.whole('log_offset') ?? 0,
    noLogs: request.query.flag('no_logs') ?? false,
  };
}

/** An error in the stream's words; the CLI tests for `not_found`, with the underscore. */
export function errorEvent(error: unknown): Event {
  if (!(error instanceof AppError)) throw error;
  return error.code === 'not_found'
    ? { type: 'not_found' }
    : { type: 'error', error: failureText(error) };
}

async function* eventsOf(wanted: Wanted, deps: StreamDeps): AsyncGenerator<string> {
  const until = deps.clock.now() + longestStreamMs;
  const known = { running: wanted.running, logOffset: wanted.logOffset };
  let first = true;
  try {
    while (deps.clock.now() < until && !deps.draining()) {
      const input = { id: wanted.id, ...known, holdMs: first ? 0 : holdMs };
      const update = (await deps.invoke('jobs.update', input)) as JobUpdateOutput;
      const news = update.newLogs !== '' || update.running !== known.running || first;
      known.running = update.running;
      known.logOffset = update.logOffset;
      first = false;
      const shown = jobUpdateShape(wanted.noLogs ? { ...update, newLogs: '' } : update);
      if (update.completed) {
        const result = await deps.invoke('jobs.result', { id: wanted.id });
        yield eventLine({ type: 'update', ...shown, only_result: result ?? null });
        return;
      }
      yield eventLine(news ? { type: 'update', ...shown } : { type: 'ping' });
    }
    yield eventLine({ type: 'timeout' });
  } catch (error) {
    yield eventLine(errorEvent(error));
  }
}

/** Answers with the stream; refusals of the first look are answers of their own, not events. */
export async function streamUpdates(
  request: WireRequest,
  reply: FastifyReply,
  deps: StreamDeps,
): Promise<FastifyReply> {
  const wanted = wantedOf(request);
  await deps.invoke('jobs.update', { id: wanted.id, holdMs: 0 }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
  });
  return sendEvents(reply, eventsOf(wanted, deps));
}

/** Answers with these lines, as they come. */
export function sendEvents(reply: FastifyReply, events: AsyncGenerator<string>): FastifyReply {
  return reply
    .type('text/event-stream')
    .headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
    .send(Readable.from(events));
}
