// Answers a call that may have something to say before its answer: plain JSON when it is over
// before it said anything, else a stream of server-sent events with the answer as the last one.
import { PassThrough } from 'node:stream';
import type { Clock } from '../../base/index.ts';
import type { Progress } from '../../operation/index.ts';
import {
  type JsonResponse,
  type McpHttpResponse,
  messageEvent,
  streamHeaders,
} from './http-messages.ts';
import type { RequestId } from './protocol.ts';

/** The first word comes soon, so that a waiting person sees it; then often enough for proxies. */
const firstNoticeMs = 1_000;
const noticeEveryMs = 5_000;
const keepAliveMs = 15_000;

export type Notify = (progress: Progress) => void;

/**
 * Tells of progress while a call runs: what the operation reports, or, as long as it reports
 * nothing, the seconds that passed. Values always rise, as the protocol wants. Returns the
 * operation's ear and `stop`.
 */
export function beat(clock: Clock, tell: Notify): { onProgress: Notify; stop: () => void } {
  const startedAt = clock.now();
  let last = -1;
  let stopTimer = clock.after(firstNoticeMs, tick);

  function tick(): void {
    const seconds = Math.round((clock.now() - startedAt) / 1000);
    if (seconds > last) {
      last = seconds;
      tell({ progress: seconds, message: `running for ${seconds} s` });
    }
    stopTimer = clock.after(noticeEveryMs, tick);
  }

  return {
    onProgress(progress) {
      stopTimer();
      if (progress.progress <= last) return;
      last = progress.progress;
      tell(progress);
    },
    stop: () => stopTimer(),
  };
}

export function progressMessage(token: RequestId, progress: Progress): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    method: 'notifications/progress',
    params: { progressToken: token, ...progress },
  });
}

export interface EventStream {
  stream: PassThrough;
  /** Nothing once the stream is over. */
  write: (text: string) => void;
}

/** A stream of server-sent events that proxies do not take for dead. */
export function openStream(clock: Clock): EventStream {
  const stream = new PassThrough();
  let stopKeepAlive = (): void => {};
  const write = (text: string): void => {
    if (!stream.destroyed && !stream.writableEnded) stream.write(text);
  };
  const keepAlive = (): void => {
    write(': keepalive\n\n');
    stopKeepAlive = clock.after(keepAliveMs, keepAlive);
  };
  stopKeepAlive = clock.after(keepAliveMs, keepAlive);
  stream.once('close', () => stopKeepAlive());
  return { stream, write };
}

/**
 * Runs a call that may `send` messages; it resolves to the answer and never rejects.
 * Resolves at the end of the call or at its first message, whichever comes first.
 */
export function answerWhenReady(
  clock: Clock,
  run: (send: (json: string) => void) => Promise<JsonResponse>,
): Promise<McpHttpResponse> {
  return new Promise((resolve) => {
    let open: EventStream | undefined;
    const send = (json: string): void => {
      if (!open) {
        open = openStream(clock);
        resolve({ status: 200, headers: streamHeaders, body: open.stream });
      }
      open.write(messageEvent(json));
    };
    void run(send).then((answer) => {
      if (!open) {
        resolve(answer);
        return;
      }
      open.write(messageEvent(answer.body));
      open.stream.end();
    });
  });
}
