// One connection that is opened when it is first needed and opened again, for ever, when it breaks
// while somebody needs it. Knows nothing of channels.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Notification, QueryConfig } from 'pg';
import type { Log } from '../base/index.ts';
import type { Place } from './connection.ts';

const maxDelayMs = 5_000;

/** An open connection; one query after the other, because the driver must not be asked twice. */
export interface Line {
  send(query: QueryConfig): Promise<unknown>;
}

export interface LinkOptions {
  place: Place;
  log: Log;
  /** Prepares a new connection; `again` is false for the first one. */
  opened(line: Line, again: boolean): Promise<void>;
  /** A notification of another connection. */
  notified(channel: string, payload: string): void;
  /** Is a broken connection to be replaced at once, or only when it is asked for? */
  needed(): boolean;
}

export interface Link {
  /** The open connection; waits for as long as the database is away. Rejects after `close`. */
  line(): Promise<Line>;
  readonly closed: AbortSignal;
  close(): Promise<void>;
}

function createLine(client: Client): Line {
  let last: Promise<unknown> = Promise.resolve();
  return {
    send(query) {
      const answer = last.then(() => client.query(query));
      last = answer.catch(() => undefined);
      return answer;
    },
  };
}

interface Opened {
  client: Client;
  line: Line;
}

async function open({ place, log, notified }: LinkOptions): Promise<Opened> {
  const { Client: DriverClient } = (await import('pg')).default;
  const client = new DriverClient({
    ...place.settings,
    // A hint needs no flush to disk, and holds NOTIFY's database-wide lock the shorter for it.
    options: '-c synchronous_commit=off',
    connectionTimeoutMillis: 10_000,
  });
  client.on('error', (error) => log.debug('the signal connection broke', { error }));
  await client.connect();
  // The driver knows it too, but not its types.
  const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
  const ownBackend = rows[0]?.pid;
  client.on('notification', ({ channel, payload = '', processId }: Notification) => {
    if (processId !== ownBackend) notified(channel, payload);
  });
  return { client, line: createLine(client) };
}

export function createLink(options: LinkOptions): Link {
  const { log, opened, needed } = options;
  const closing = new AbortController();
  const { signal } = closing;
  let current: Promise<Opened> | undefined;
  let again = false;

  async function openOnce(): Promise<Opened> {
    const made = await open(options);
    let ready = false;
    made.client.once('end', () => {
      if (!ready) return;
      current = undefined;
      if (!signal.aborted && needed()) void connect();
    });
    await opened(made.line, again);
    ready = true;
    again = true;
    return made;
  }

  async function openAtLast(): Promise<Opened> {
    for (let delayMs = 50; ; delayMs = Math.min(delayMs * 2, maxDelayMs)) {
      signal.throwIfAborted();
      try {
        return await openOnce();
      } catch (error) {
        log.debug('cannot listen to the database yet', { error });
        await sleep(delayMs, undefined, { ref: false, signal });
      }
    }
  }

  function connect(): Promise<Opened> {
    if (current) return current;
    current = openAtLast();
    // Whoever awaits it gets the error; a re-connect has no one to tell.
    current.catch(() => undefined);
    return current;
  }

  return {
    line: async () => (await connect()).line,
    closed: signal,
    async close() {
      closing.abort();
      const made = await current?.catch(() => undefined);
      await made?.client.end();
    },
  };
}
