// Checks of the machine itself: Node, the data folder, the port, the address. They change nothing
// that stays.
import { mkdtemp, rmdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import type { Config } from '../../../base/index.ts';
import type { Client } from '../client.ts';
import { type Check, type Finding, problem, well } from './check.ts';

const leastNode = 24;

export function checkNode(running: string): Check {
  return {
    name: 'node',
    async run() {
      const major = Number(running.split('.')[0]);
      if (major >= leastNode) return well(`Node ${running}`);
      return problem(
        `Node ${running} is too old`,
        `Run npm install in the folder of millrace: it brings Node ${leastNode}.`,
      );
    },
  };
}

async function exists(path: string): Promise<boolean> {
  return stat(path).then(
    () => true,
    () => false,
  );
}

async function writable(folder: string): Promise<boolean> {
  // Asking is not enough: a read-only file system says yes to root.
  try {
    await rmdir(await mkdtemp(join(folder, '.doctor-')));
    return true;
  } catch {
    return false;
  }
}

/** The nearest folder above `path` that is there. */
async function nearestFolder(path: string): Promise<string> {
  let folder = path;
  while (!(await exists(folder)) && dirname(folder) !== folder) folder = dirname(folder);
  return folder;
}

export function checkDataFolder(dataFolder: string): Check {
  return {
    name: 'data folder',
    async run() {
      const folder = await nearestFolder(dataFolder);
      const fix = 'Give the owner of the server write access, or set MILLRACE_DATA.';
      if (!(await stat(folder)).isDirectory()) {
        return problem(`${folder} is a file`, 'Set MILLRACE_DATA to a folder.');
      }
      const there = folder === dataFolder;
      if (await writable(folder)) return well(there ? folder : `${dataFolder} will be made`);
      const what = there ? `${folder} cannot be written to` : `${dataFolder} cannot be made`;
      return problem(what, fix);
    },
  };
}

/** The error code of listening on the address; undefined when it is free. */
function listening(host: string, port: number): Promise<string | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? error.message));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}

/** Does a Millrace server answer there? */
async function ours(client: Client): Promise<boolean> {
  return client.read<{ status?: unknown; version?: unknown }>('/health', { timeoutMs: 3000 }).then(
    (health) => typeof health?.version === 'string',
    () => false,
  );
}

export function checkPort({ host, port }: Config, at: (url: string) => Client): Check {
  const address = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  return {
    name: 'port',
    async run(): Promise<Finding> {
      const code = await listening(host, port);
      if (code === undefined) return well(`${address} is free`);
      if (code === 'EADDRINUSE') {
        const local = /^(?:0\.0\.0\.0|::)$/.test(host) ? `127.0.0.1:${port}` : address;
        if (await ours(at(`http://${local}`))) return well(`${address}: this server runs there`);
        return problem(
          `${address} is taken by another program`,
          'Stop that program, or choose another port with --port or MILLRACE_PORT.',
        );
      }
      if (code === 'EACCES') {
        return problem(
          `${address} is not for ordinary users`,
          'Choose a port from 1024 on with --port or MILLRACE_PORT.',
        );
      }
      return problem(
        `${address} cannot be listened on (${code})`,
        'Set MILLRACE_HOST to an address of this machine, such as 127.0.0.1.',
      );
    },
  };
}

function isLoopback(host: string): boolean {
  return /^(?:127\.|localhost$|::1$|\[::1\]$)/.test(host);
}

export function checkBaseUrl({ baseUrl, host, port }: Config): Check {
  return {
    name: 'base URL',
    async run() {
      if (baseUrl === undefined) {
        if (isLoopback(host)) return well(`http://127.0.0.1:${port}`);
        return problem(
          `others reach this server, but its links say http://127.0.0.1:${port}`,
          'Set MILLRACE_BASE_URL to the address that people use.',
        );
      }
      const { protocol, hostname } = new URL(baseUrl);
      if (protocol === 'https:' || isLoopback(hostname)) return well(baseUrl);
      return problem(
        `${baseUrl} sends passwords and tokens in the clear`,
        'Put a proxy with a certificate before it, and set MILLRACE_BASE_URL to https://…',
      );
    },
  };
}
