// Makes the test cluster, which listens on a Unix socket alone, reachable for scripts: a port on
// loopback of which a script may know, with a database of its own behind it.
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import pg from 'pg';
import { clusterUrl, freshDatabase } from './database.ts';

export interface Relay {
  /** The value of a `postgresql` resource. */
  resource: Record<string, unknown>;
  /** Runs a statement beside the scripts; answers its rows. */
  rows(text: string): Promise<Record<string, unknown>[]>;
  /** Connections made so far, and the most at a time. */
  counts(): { total: number; most: number };
  stop(): Promise<void>;
}

function upstreamOf(address: string): () => Socket {
  const { hostname, port, searchParams } = new URL(address);
  const socketFolder = searchParams.get('host');
  const tcpPort = Number(port || 5432);
  if (socketFolder?.startsWith('/')) return () => connect(`${socketFolder}/.s.PGSQL.${tcpPort}`);
  return () => connect(tcpPort, hostname);
}

export async function startRelay(): Promise<Relay> {
  const database = await freshDatabase();
  const beside = new pg.Client(database.url);
  await beside.connect();
  const upstream = upstreamOf(await clusterUrl());
  const open = new Set<Socket>();
  let total = 0;
  let most = 0;
  const server = createServer((socket) => {
    const behind = upstream();
    total += 1;
    open.add(socket);
    most = Math.max(most, open.size);
    socket.pipe(behind).pipe(socket);
    socket
      .on('error', () => behind.destroy())
      .on('close', () => {
        open.delete(socket);
        behind.destroy();
      });
    behind.on('error', () => socket.destroy()).on('close', () => socket.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { pathname, searchParams, username } = new URL(database.url);
  return {
    resource: {
      host: '127.0.0.1',
      port: (server.address() as AddressInfo).port,
      user: searchParams.get('user') ?? username,
      password: 'word of the database',
      dbname: pathname.slice(1),
    },
    rows: async (text) => (await beside.query<Record<string, unknown>>(text)).rows,
    counts: () => ({ total, most }),
    async stop() {
      for (const socket of open) socket.destroy();
      server.close();
      await beside.end();
      await database.drop();
    },
  };
}
