// The servers of `gateway.bench.ts`, each a process of its own: `upstream` answers 10 KiB with
// personal values, `server` is a whole server with that upstream as a service.
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLog, readConfig } from '../src/base/index.ts';
import { startServer } from '../src/server.ts';
import { temporaryFolder } from '../test/kit/spawned-server.ts';
import { post } from './client.ts';

const owner = { email: 'bench@example.com', password: 'correct horse battery staple' };

export interface Ready {
  origin: string;
  token: string;
}

/** Issues with a person each, as a service would list them. */
function bodyOf(sizeBytes: number): string {
  const issues: object[] = [];
  for (let size = 0; size < sizeBytes; size += 256) {
    const n = issues.length;
    const assignee = { displayName: `Ann Lee ${n % 5}`, email: `ann${n % 5}@example.com` };
    const text = `The invoice of customer ${n} is late, see the thread and the attachments.`;
    issues.push({ key: `PAY-${n}`, summary: text, assignee, updated: '2026-11-21T10:00:00Z' });
  }
  return JSON.stringify({ issues });
}

async function serveUpstream(): Promise<void> {
  const body = Buffer.from(bodyOf(10_240));
  const server = createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.send?.({ origin: `http://127.0.0.1:${port}`, token: '' } satisfies Ready);
  process.once('message', () => process.exit(0));
}

const documentAt = (server: string) =>
  JSON.stringify({
    openapi: '3.0.3',
    info: { title: 'Issues' },
    servers: [{ url: server }],
    paths: { '/issues': { get: { operationId: 'list_issues', summary: 'Lists issues.' } } },
  });

async function serveGateway(upstream: string): Promise<void> {
  const folder = temporaryFolder();
  const config = readConfig({
    MILLRACE_PORT: '0',
    MILLRACE_DATA: folder.path,
    MILLRACE_OWNER_EMAIL: owner.email,
    MILLRACE_OWNER_PASSWORD: owner.password,
    MILLRACE_WORKSPACE: 'bench',
    MILLRACE_LOG_LEVEL: 'warn',
    MILLRACE_EGRESS_ALLOW: '127.0.0.1',
    // Counted, but never reached.
    MILLRACE_MCP_RATE: '1000000',
  });
  const server = await startServer(config, { log: createLog('warn') });
  const { body: session } = await post(`${server.origin}/api/op/session.login`, '', owner);
  const op = async (name: string, input: unknown): Promise<any> => {
    const url = `${server.origin}/api/op/${name}?workspace=bench`;
    const { status, body } = await post(url, session.token, input);
    if (status >= 300) throw new Error(`${name}: ${JSON.stringify(body)}`);
    return body;
  };
  await op('openapi.import', {
    name: 'issues',
    document: documentAt(upstream),
    actions: [{ name: 'list_issues' }],
  });
  await op('credentials.set', { service: 'issues', secret: 'bench-key' });
  const { token } = await op('tokens.create', { scopes: ['services:issues:read'] });
  process.send?.({ origin: server.origin, token } satisfies Ready);
  process.once('message', () => {
    void server.stop().then(() => {
      folder.remove();
      process.exit(0);
    });
  });
}

const [, , role, upstream = ''] = process.argv;
await (role === 'upstream' ? serveUpstream() : serveGateway(upstream));
