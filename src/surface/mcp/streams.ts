// The event streams that stay open without a call: of sessions, of subscriptions, of the old SSE
// transport. Bounded for each person and for all; the server ends them when it stops.
import type { Clock } from '../../base/index.ts';
import type { McpHttpRequest } from './http-messages.ts';
import { type EventStream, openStream } from './progress.ts';
import { principalOf } from './request-state.ts';

const maxOfOne = 64;
const maxStreams = 4_096;

export interface Streams {
  /** Undefined when there are too many of this person, or of all; `last` is said at a stop. */
  open(http: McpHttpRequest, last?: () => string): EventStream | undefined;
  /** Ends them all. */
  stop(): void;
}

export function createStreams(clock: Clock): Streams {
  const all = new Map<EventStream, (() => string) | undefined>();
  const counts = new Map<string, number>();

  return {
    open({ caller }, last) {
      const owner = principalOf(caller);
      const count = counts.get(owner) ?? 0;
      if (count >= maxOfOne || all.size >= maxStreams) return undefined;
      counts.set(owner, count + 1);
      const opened = openStream(clock);
      all.set(opened, last);
      opened.stream.once('close', () => {
        all.delete(opened);
        const left = (counts.get(owner) ?? 1) - 1;
        if (left > 0) counts.set(owner, left);
        else counts.delete(owner);
      });
      return opened;
    },
    stop() {
      for (const [{ stream }, last] of all) stream.end(last?.());
    },
  };
}
