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
const longestPauseMs = 60_000;

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
export interface Wanted {
  running: boolean;
  logOffset: number;
  streamOffset: number;
  noLogs: boolean;
  /** Nothing but whether it runs, is over, and the result. */
  onlyResult: boolean;
  /** The least time between two looks; news in between come together. */
  pauseMs: number;
}

function pauseOf({ query }: WireRequest): number {
  const pauseMs = query.whole('poll_delay_ms') ?? 0;
  if (pauseMs >= 0 && pauseMs <= longestPauseMs) return pauseMs;
  throw new AppError('invalid_input', `poll_delay_ms is not between 0 and ${longestPauseMs}.`);
}

/** Throws `invalid_input`. */
export function wantedOf(request: WireRequest): Wanted {
  // News come by signals: every stream is as fast as `fast` asks for.
  request.query.flag('fast');
  return {
    running: request.query.flag('running') ?? false,
    logOffset: request.query.whole('log_offset') ?? 0,
    streamOffset: request.query.whole('stream_offset') ?? 0,
    noLogs: request.query.flag('no_logs') ?? false,
    onlyResult: request.query.flag('only_result') ?? false,
    pauseMs: pauseOf(request),
  };
}

/** An update in the words of the wire, as much of it as is wanted. */
function shownOf(update: JobUpdateOutput, { noLogs, onlyResult }: Wanted): Event {
  const { new_result_stream, stream_offset, ...shown } = jobUpdateShape(update);
  const stream = new_result_stream === undefined ? {} : { new_result_stream, stream_offset };
  const { running, completed } = update;
  if (onlyResult) return { running, completed, ...stream };
  if (noLogs) delete shown['new_logs'];
  return { ...shown, ...stream };
}

/** An error in the stream's words; the CLI tests for `not_found`, with the underscore. */
export function errorEvent(error: unknown): Event {
  if (!(error instanceof AppError)) throw error;
  return error.code === 'not_found'
    ? { type: 'not_found' }
    : { type: 'error', error: failureText(error) };
}

async function* eventsOf(id: string, wanted: Wanted, deps: StreamDeps): AsyncGenerator<string> {
  const until = deps.clock.now() + longestStreamMs;
  const { running, logOffset, streamOffset } = wanted;
  const known = { running, logOffset, streamOffset };
  let first = true;
  try {
    while (deps.clock.now() < until && !deps.draining()) {
      const input = { id, ...known, holdMs: first ? 0 : holdMs };
      const update = (await deps.invoke('jobs.update', input)) as JobUpdateOutput;
      const isLog = update.newLogs !== '' && !wanted.onlyResult;
      const news =
        isLog || Boolean(update.newResultStream) || update.running !== known.running || first;
      known.running = update.running;
      known.logOffset = update.logOffset;
      known.streamOffset = update.streamOffset ?? known.streamOffset;
      first = false;
      const shown = shownOf(update, wanted);
      if (update.completed) {
        const result = await deps.invoke('jobs.result', { id });
        yield eventLine({ type: 'update', ...shown, only_result: result ?? null });
        return;
      }
      yield eventLine(news ? { type: 'update', ...shown } : { type: 'ping' });
      if (wanted.pauseMs > 0) {
        await new Promise<void>((resolve) => deps.clock.after(wanted.pauseMs, resolve));
      }
    }
    yield eventLine({ type: 'timeout' });
  } catch (error) {
    yield eventLine(errorEvent(error));
  }
}

/** Answers with the stream of a job's news. */
export function sendStream(
  reply: FastifyReply,
  { id, ...wanted }: Wanted & { id: string },
  deps: StreamDeps,
): FastifyReply {
  return sendEvents(reply, eventsOf(id, wanted, deps));
}

/** The stream of `:id`; refusals of the first look are answers of their own, not events. */
export async function streamUpdates(
  request: WireRequest,
  reply: FastifyReply,
  deps: StreamDeps,
): Promise<FastifyReply> {
  const wanted = { ...wantedOf(request), id: request.param('id') };
  await deps.invoke('jobs.update', { id: wanted.id, holdMs: 0 }).catch((error: unknown) => {
    if (!(error instanceof AppError) || error.code !== 'not_found') throw error;
  });
  return sendStream(reply, wanted, deps);
}

/** Answers with these lines, as they come. */
export function sendEvents(reply: FastifyReply, events: AsyncGenerator<string>): FastifyReply {
  return reply
    .type('text/event-stream')
    .headers({ 'cache-control': 'no-cache, no-transform', 'x-accel-buffering': 'no' })
    .send(Readable.from(events));
}
