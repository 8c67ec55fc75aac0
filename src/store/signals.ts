// LISTEN and NOTIFY on one connection of their own. NOTIFY never goes out in the transaction of
// the change it tells of: it takes a database-wide lock at commit (measured: 4 times fewer inserts
// a second at 16 writers). What this connection notifies, it does not hear itself.
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError, type Log } from '../base/index.ts';
import type { Place } from './connection.ts';
import { createLink, type Line } from './link.ts';

/** PostgreSQL takes payloads below 8,000 bytes; a longer one becomes '' ("look for yourself"). */
const maxPayloadBytes = 7_999;
/** Hints that wait for a lost connection; beyond, they are dropped, because polls find the rest. */
const maxWaiting = 10_000;

const notifyAll = `select pg_notify(channel, payload)
  from unnest($1::text[], $2::text[]) as hint (channel, payload)`;

type Hear = (payload: string) => void;

interface Signals {
  listen(channel: string, hear: Hear): Promise<() => void>;
  notify(channel: string, payload: string): void;
  close(): Promise<void>;
}

function quoted(channel: string): string {
  if (!/^[a-z][a-z0-9_]{0,62}$/.test(channel)) {
    throw new AppError('internal', `"${channel}" is not a channel name`);
  }
  return `"${channel}"`;
}

/** Who hears which channel; a listener that throws does not keep the others from hearing. */
function createEars(log: Log) {
  const hearers = new Map<string, Set<Hear>>();
  return {
    channels: () => [...hearers.keys()],
    add(channel: string, hear: Hear): () => void {
      const ears = hearers.get(channel) ?? new Set<Hear>();
      hearers.set(channel, ears.add(hear));
      return () => {
        ears.delete(hear);
      };
    },
    tell(channel: string, payload: string): void {
      for (const hear of hearers.get(channel) ?? []) {
        try {
          hear(payload);
        } catch (error) {
          log.error('a listener failed', { channel, error });
        }
      }
    },
  };
}

export function createSignals({ place, log }: { place: Place; log: Log }): Signals {
  const ears = createEars(log);
  const waiting = new Map<string, { channel: string; payload: string }>();
  let flushing: Promise<void> | undefined;

  async function listenToAll(line: Line, again: boolean): Promise<void> {
    const text = ears.channels().map((channel) => `listen ${quoted(channel)}`);
    if (text.length > 0) await line.send({ text: text.join(';') });
    if (!again) return;
    log.info('hears the database again');
    for (const channel of ears.channels()) ears.tell(channel, '');
  }

  const link = createLink({
    place,
    log,
    opened: listenToAll,
    notified: ears.tell,
    needed: () => ears.channels().length > 0,
  });

  async function flush(): Promise<void> {
    while (waiting.size > 0 && !link.closed.aborted) {
      const hints = [...waiting.values()];
      waiting.clear();
      try {
        const line = await link.line();
        const values = [hints.map((hint) => hint.channel), hints.map((hint) => hint.payload)];
        await line.send({ name: 'signal.notify', text: notifyAll, values });
      } catch (error) {
        log.debug('notifications were lost', { error, count: hints.length });
      }
    }
  }

  function schedule(): void {
    flushing ??= new Promise<void>((resolve) => setImmediate(resolve)).then(flush).finally(() => {
      flushing = undefined;
      // One that came between the last look and here.
      if (waiting.size > 0 && !link.closed.aborted) schedule();
    });
  }

  return {
    async listen(channel, hear) {
      const name = quoted(channel);
      const stop = ears.add(channel, hear);
      const line = await link.line();
      try {
        // The connection may have been opened before this channel had a hearer.
        await line.send({ text: `listen ${name}` });
      } catch {
        // The connection broke meanwhile: the next one listens to every channel by itself.
        await link.line();
      }
      return stop;
    },
    notify(channel, payload) {
      if (link.closed.aborted || waiting.size >= maxWaiting) return;
      const short = Buffer.byteLength(payload) > maxPayloadBytes ? '' : payload;
      waiting.set(`${quoted(channel)}${short}`, { channel, payload: short });
      schedule();
    },
    async close() {
      // The last hints of a stopping server matter: its jobs wait for another worker.
      if (flushing) await Promise.race([flushing, sleep(500, undefined, { ref: false })]);
      await link.close();
    },
  };
}
