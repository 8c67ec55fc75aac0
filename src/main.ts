// The composition root of the command: what `millrace start`, `worker`, `backup` and `restore`
// do with the parts. Prints for people; the parts themselves only log. The parts are loaded when
// a role begins, so that the client commands need not wait for them.
import {
  type Config,
  createLog,
  type Log,
  monotonicMs,
  systemClock,
  version,
} from './base/index.ts';
import type { Server } from './server.ts';
import type { Store } from './store/index.ts';

export interface Roles {
  start(config: Config, print: (line: string) => void): Promise<number>;
  worker(config: Config, print: (line: string) => void): Promise<number>;
  backup(config: Config, file: string, print: (line: string) => void): Promise<number>;
  restore(config: Config, file: string, print: (line: string) => void): Promise<number>;
}

/** A terminal and npm may both pass one Ctrl-C on: what comes this soon is no second one. */
const sameSignalMs = 500;

/** Resolves at the first SIGTERM or SIGINT; a second one ends the process at once. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    const stop = (): void => {
      askedAtMs ??= monotonicMs();
      if (monotonicMs() - askedAtMs > sameSignalMs) process.exit(1);
      resolve();
    };
    process.on('SIGTERM', stop);
    process.on('SIGINT', stop);
  });
}

/** Opens the store while the other modules still load. */
function openEarly(config: Config, log: Log, role: 'server' | 'worker'): Promise<Store> {
  const opening = import('./store/index.ts').then(({ openStore }) =>
    openStore({ config, log, clock: systemClock, role }),
  );
  // It may fail before anybody awaits it; whoever does still gets the error.
  opening.catch(() => undefined);
  return opening;
}

async function greeting(server: Server, config: Config): Promise<string[]> {
  const { origin } = server;
  const lines = [
    `Millrace ${version} is ready in ${Math.round(monotonicMs())} ms`,
    '',
    `  Data       ${config.databaseUrl ? 'PostgreSQL (MILLRACE_DATABASE_URL)' : config.dataFolder}`,
    `  Dashboard  ${origin}/`,
    `  API        ${origin}/api/openapi.json`,
    `  MCP        ${origin}/api/mcp/w/${config.workspace}/mcp`,
  ];
  if (server.sandbox.kind !== 'bwrap') {
    lines.push('', `  Runs are not sandboxed: ${server.sandbox.reason ?? server.sandbox.kind}`);
  }
  if (await server.identity.setup.needed()) {
    const secret = await server.identity.setup.createLink();
    lines.push(
      '',
      '  Nobody owns this server yet. Open this link within 30 minutes, once:',
      `  ${origin}/setup/${secret}`,
    );
  } else {
    lines.push(
      '',
      '  Connect Claude Code (make a token with `npx millrace token create --scopes mcp:all`):',
      `  claude mcp add --transport http millrace ${origin}/api/mcp/w/${config.workspace}/mcp \\`,
      '    --header "Authorization: Bearer <token>"',
    );
  }
  return [...lines, ''];
}

export const roles: Roles = {
  async start(config, print) {
    const log = createLog(config.logLevel);
    const store = openEarly(config, log, 'server');
    const { startServer } = await import('./server.ts');
    const server = await startServer(config, { log, store });
    // Only now: a signal that comes while it starts ends the process at once, as usual.
    const stopped = untilSignal();
    for (const line of await greeting(server, config)) print(line);
    await stopped;
    print('Stopping …');
    await server.stop();
    return 0;
  },

  async worker(config, print) {
    const log = createLog(config.logLevel);
    const store = openEarly(config, log, 'worker');
    const { startWorker } = await import('./server.ts');
    const worker = await startWorker(config, { log, store });
    const stopped = untilSignal();
    const { workerGroup, workerSlots, workerTags } = config;
    const serving = workerTags ? ` for ${workerTags.join(', ')}` : '';
    print(
      `Millrace ${version} worker is ready: group ${workerGroup}, ${workerSlots} slots${serving}`,
    );
    await stopped;
    print('Finishing the running jobs …');
    await worker.stop();
    return 0;
  },

  async backup(config, file, print) {
    const log = createLog(config.logLevel);
    const { backup } = await import('./store/index.ts');
    const done = await backup({ config, log, clock: systemClock, file });
    print(`Saved ${done.rows} rows of ${done.tables} tables to ${file}`);
    return 0;
  },

  async restore(config, file, print) {
    const log = createLog(config.logLevel);
    const { restore } = await import('./store/index.ts');
    const done = await restore({ config, log, clock: systemClock, file });
    print(`Restored ${done.rows} rows of ${done.tables} tables from ${file}`);
    return 0;
  },
};
