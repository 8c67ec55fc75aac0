// A MariaDB of its own for a test: Debian's program, its data and socket in a temporary folder, a
// port on loopback. `scripts/test.mjs` installs it.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync } from 'node:fs';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import mysql from 'mysql2/promise';
import { temporaryFolder } from './folders.ts';

export interface MariaDb {
  /** The value of a `mysql` resource; its user owns one database. */
  resource: Record<string, unknown>;
  rows(text: string): Promise<Record<string, unknown>[]>;
  stop(): Promise<void>;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

const scripts = '/usr/share/mysql';

/** System tables, and a user who owns one database; what Debian's own installer runs. */
const bootstrap = (): string =>
  [
    'create database mysql;',
    'use mysql;',
    'set @auth_root_socket = null;',
    ...['mysql_system_tables', 'mysql_performance_tables', 'mysql_system_tables_data'].map((name) =>
      readFileSync(join(scripts, `${name}.sql`), 'utf8'),
    ),
    'create database shop;',
    'flush privileges;',
    "create user shop identified by 'word of the shop';",
    'grant all on shop.* to shop;',
    '',
  ].join('\n');

function launch(folder: string, more: readonly string[]): ChildProcessWithoutNullStreams {
  const options = [
    '--no-defaults',
    `--datadir=${join(folder, 'data')}`,
    '--innodb-buffer-pool-size=16M',
    '--innodb-log-file-size=8M',
    // As root it must be told to stay root.
    ...(process.getuid?.() === 0 ? ['--user=root'] : []),
    ...more,
  ];
  const child = spawn('mariadbd', options, { stdio: 'pipe' });
  child.stdin.on('error', () => {});
  return child;
}

/** Resolves when the server takes connections; rejects with what it said when it ends instead. */
function ready(child: ChildProcessWithoutNullStreams): Promise<void> {
  let said = '';
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', () => reject(new Error(`mariadbd ended: ${said.slice(-2000)}`)));
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('ready for connections')) resolve();
    });
  });
}

export async function startMariaDb(): Promise<MariaDb> {
  const { path: folder, remove } = temporaryFolder();
  mkdirSync(join(folder, 'data'));
  const making = launch(folder, ['--bootstrap']);
  making.stderr.resume();
  making.stdin.end(bootstrap());
  await once(making, 'exit');
  const port = await freePort();
  const socket = `--socket=${join(folder, 'mariadb.sock')}`;
  const child = launch(folder, [socket, `--port=${port}`, '--bind-address=127.0.0.1']);
  await ready(child);
  const access = { host: '127.0.0.1', port, user: 'shop', password: 'word of the shop' };
  const beside = await mysql.createConnection({ ...access, database: 'shop' });
  return {
    resource: { ...access, database: 'shop' },
    rows: async (text) => (await beside.query<mysql.RowDataPacket[]>(text))[0],
    async stop() {
      beside.destroy();
      child.removeAllListeners('exit');
      child.kill('SIGTERM');
      await once(child, 'exit');
      remove();
    },
  };
}
