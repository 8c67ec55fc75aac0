// LISTEN and NOTIFY on one connection of their own. NOTIFY never goes out in the transaction of
// the change it tells of: it takes a database-wide lock at commit (measured: 4 times fewer inserts
// a second at 16 writers). What this connection notifies, it does not hear itself.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Notification, QueryConfig } from 'pg';
import { AppError, type Log } from '../base/index.ts';
import type { Place } from './connection.ts';

/** PostgreSQL takes payloads below 8,000 bytes; a longer one becomes '' ("look for yourself"). */
const maxPayloadBytes = 7_999;
/** Hints that wait for a lost connection; beyond, they are dropped, because polls find the rest. */
const maxWaiting = 10_000;
const maxDelayMs = 5_000;

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

/** One query after the other: the driver must not be asked twice at a time. */
function createLine(client: Client): { send(query: QueryConfig): Promise<unknown> } {
  let last: Promise<unknown> = Promise.resolve();
  return {
    send(query) {
      const answer = last.then(() => client.query(query));
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

interface Line {
  send(query: QueryConfig): Promise<unknown>;
  end(): Promise<void>;
}

export function createSignals({ place, log }: { place: Place; log: Log }): Signals {
  const hearers = new Map<string, Set<Hear>>();
  const waiting = new Map<string, { channel: string; payload: string }>();
  const closed = new AbortController();
  let connection: Promise<Line> | undefined;
  let connections = 0;
  let flushing: Promise<void> | undefined;

  function tell(channel: string, payload: string): void {
    for (const hear of hearers.get(channel) ?? []) {
      try {
        hear(payload);
      } catch (error) {
        log.error('a listener failed', { channel, error });
      }
    }
  }

  async function connectOnce(): Promise<Line> {
    const { Client: DriverClient } = (await import('pg')).default;
    const client = new DriverClient({
      ...place.settings,
      // A hint needs no flush to disk, and holds the database-wide lock the shorter for it.
      options: '-c synchronous_commit=off',
      connectionTimeoutMillis: 10_000,
    });
    client.on('error', (error) => log.debug('the signal connection broke', { error }));
    let ready = false;
    client.once('end', () => {
      if (!ready) return;
      connection = undefined;
      if (!closed.signal.aborted && hearers.size > 0) void connect();
    });
    await client.connect();
    // The driver knows it too, but not its types.
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const ownBackend = rows[0]?.pid;
    client.on('notification', ({ channel, payload = '', processId }: Notification) => {
      if (processId !== ownBackend) tell(channel, payload);
    });
    const line = createLine(client);
    const channels = [...hearers.keys()].map((channel) => `listen ${quoted(channel)}`);
    if (channels.length > 0) await line.send({ text: channels.join(';') });
    ready = true;
    return { ...line, end: () => client.end() };
  }

  /** Tries for ever; ends only by `close`. */
  async function connectAtLast(): Promise<Line> {
    for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
      closed.signal.throwIfAborted();
      try {
        const line = await connectOnce();
        connections += 1;
        if (connections > 1) {
          log.info('hears the database again');
          for (const channel of hearers.keys()) tell(channel, '');
        }
        return line;
      } catch (error) {
        log.debug('cannot listen to the database yet', { error });
        await sleep(delayMs, undefined, { ref: false, signal: closed.signal });
      }
    }
  }

  function connect(): Promise<Line> {
    if (connection) return connection;
    const opening = connectAtLast();
    // Whoever awaits it gets the error; a re-connect has no one to tell.
    opening.catch(() => undefined);
    connection = opening;
    return opening;
  }

  async function flush(): Promise<void> {
    while (waiting.size > 0 && !closed.signal.aborted) {
      const hints = [...waiting.values()];
      waiting.clear();
      try {
        const line = await connect();
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
      if (waiting.size > 0 && !closed.signal.aborted) schedule();
    });
  }

  return {
    async listen(channel, hear) {
      const name = quoted(channel);
      const ears = hearers.get(channel) ?? new Set<Hear>();
      hearers.set(channel, ears.add(hear));
      const line = await connect();
      try {
        // The connection may have been opened before this channel had a hearer.
        await line.send({ text: `listen ${name}` });
      } catch {
        // The connection broke meanwhile: the next one listens to every channel by itself.
        await connect();
      }
      return () => {
        ears.delete(hear);
      };
    },
    notify(channel, payload) {
      if (closed.signal.aborted || waiting.size >= maxWaiting) return;
      const short = Buffer.byteLength(payload) > maxPayloadBytes ? '' : payload;
      waiting.set(`${quoted(channel)}${short}`, { channel, payload: short });
      schedule();
    },
    async close() {
      // The last hints of a stopping server matter: its jobs wait for another worker.
      if (flushing) await Promise.race([flushing, sleep(500, undefined, { ref: false })]);
      closed.abort();
      const line = await connection?.catch(() => undefined);
      await line?.end();
    },
  };
}
