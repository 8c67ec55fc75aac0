// A whole server for a test: a fresh database, a free port, an owner and a workspace.
import { after } from 'node:test';
import { type Clock, createLog, readConfig } from '../../src/base/index.ts';
import { startServer } from '../../src/server.ts';
import { freshDatabase } from './database.ts';

export interface TestServer {
  origin: string;
  workspace: string;
  /** Its database, for workers of their own. */
  databaseUrl: string;
  /** A session token of the owner. */
  token: string;
  owner: { email: string; password: string };
  /** Everything that the server logged, to look for what must not be there. */
  logLines: string[];
  /** Calls `POST /api/op/<name>` as the owner, or as `token`; answers status and parsed body. */
  op(name: string, input?: unknown, token?: string): Promise<{ status: number; body: any }>;
  /** Calls any address as the owner, or as `token` (null: as nobody). */
  fetch(path: string, init?: RequestInit & { token?: string | null }): Promise<Response>;
  /** Makes a token with these scopes. */
  tokenWith(scopes: string[] | undefined, more?: Record<string, unknown>): Promise<string>;
  stop(): Promise<void>;
}

/** A test that failed in between leaves its servers; they would keep its process alive for ever. */
const running = new Set<TestServer>();
after(async () => {
  for (const server of running) await server.stop();
});

const owner = { email: 'owner@example.com', password: 'correct horse battery staple' };

/**
 * `env`: MILLRACE_* settings on top of the test's own. `clock`: one that the test moves.
 * `beside`: another server, whose database this one shares and leaves alone.
 */
export async function startTestServer(
  env: Record<string, string> = {},
  { clock, beside }: { clock?: Clock; beside?: Pick<TestServer, 'databaseUrl'> } = {},
): Promise<TestServer> {
  const database = beside
    ? { url: beside.databaseUrl, drop: async () => {} }
    : await freshDatabase();
  const logLines: string[] = [];
  const workspace = 'test';
  const config = readConfig({
    MILLRACE_PORT: '0',
    MILLRACE_DATABASE_URL: database.url,
    MILLRACE_DATA: `${process.env['TMPDIR'] ?? '/tmp'}/millrace-test-${process.pid}`,
    MILLRACE_OWNER_EMAIL: owner.email,
    MILLRACE_OWNER_PASSWORD: owner.password,
    MILLRACE_WORKSPACE: workspace,
    // Tests call faster than people.
    MILLRACE_MCP_RATE: '0',
    // What developers may do does not depend on whether this machine has a sandbox.
    MILLRACE_ALLOW_UNSANDBOXED: '1',
    ...(process.env['MILLRACE_SANDBOX']
      ? { MILLRACE_SANDBOX: process.env['MILLRACE_SANDBOX'] }
      : {}),
    ...env,
  });
  const log = createLog('debug', (line) => logLines.push(line));
  const server = await startServer(config, { log, ...(clock ? { clock } : {}) });
  const { origin } = server;

  const send: TestServer['fetch'] = (path, { token, ...init } = {}) => {
    const headers = new Headers(init.headers);
    const bearer = token === undefined ? session : token;
    if (bearer !== null) headers.set('authorization', `Bearer ${bearer}`);
    return fetch(new URL(path, origin), { ...init, headers });
  };
  const op: TestServer['op'] = async (name, input = {}, token) => {
    const response = await send(`/api/op/${name}?workspace=${workspace}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(input),
      ...(token === undefined ? {} : { token }),
    });
    const text = await response.text();
    return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
  };
  let session: string | null = null;
  const login = await op('session.login', owner);
  session = login.body.token;
  if (typeof session !== 'string') throw new Error(`login failed: ${JSON.stringify(login)}`);

  const started: TestServer = {
    origin,
    workspace,
    databaseUrl: config.databaseUrl ?? database.url,
    token: session,
    owner,
    logLines,
    op,
    fetch: send,
    async tokenWith(scopes, more = {}) {
      const made = await op('tokens.create', { ...(scopes ? { scopes } : {}), ...more });
      if (made.status !== 200) throw new Error(`tokens.create: ${JSON.stringify(made.body)}`);
      return made.body.token;
    },
    async stop() {
      running.delete(started);
      await server.stop();
      await database.drop();
    },
  };
  running.add(started);
  return started;
}
