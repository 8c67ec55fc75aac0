// The servers of `gateway.bench.ts`, each a process of its own: `upstream` answers issues with
// personal values, `server` is a whole server with that upstream as a service.
import { createServer, type ServerResponse } from 'node:http';
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

/** `hooks`: the company's hooks for these calls. */
export type Question = 'heap' | 'stop' | { hooks: string[] };

const people = ['Ann Lee', 'Bo Berg', 'Chris Wong', 'Dana Novak', 'Eva Ruiz'];

/** Issues with a person each, as a service would list them. */
function bodyOf(sizeBytes: number): Buffer {
  const issues: object[] = [];
  for (let size = 0; size < sizeBytes; size += 256) {
    const n = issues.length;
    const displayName = people[n % people.length];
    const assignee = { displayName, email: `ann${n % people.length}@example.com` };
    const text = `The invoice of customer ${n} is late, see the thread and the attachments.`;
    issues.push({ key: `PAY-${n}`, summary: text, assignee, updated: '2026-11-21T10:00:00Z' });
  }
  return Buffer.from(JSON.stringify({ issues }));
}

const bodies = new Map([
  ['/issue', bodyOf(1024)],
  ['/comment', bodyOf(1024)],
  ['/issues', bodyOf(10_240)],
]);
const megabyte = Buffer.alloc(1_000_000, 'x');

/** As much as is taken, up to 50 MB. */
function answerForEver(response: ServerResponse): void {
  let left = 50;
  const next = (): void => {
    while (left > 0 && !response.destroyed) {
      left -= 1;
      if (!response.write(megabyte)) return void response.once('drain', next);
    }
    response.end();
  };
  next();
}

async function serveUpstream(): Promise<void> {
  const server = createServer((request, response) => {
    const body = bodies.get(request.url ?? '');
    if (!body) return answerForEver(response);
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
    response.end(body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  process.send?.({ origin: `http://127.0.0.1:${port}`, token: '' } satisfies Ready);
  process.once('message', () => process.exit(0));
}

const reads = ['issue', 'issues', 'export'];
const actions = [...reads, 'comment'];

const documentAt = (server: string) =>
  JSON.stringify({
    openapi: '3.0.3',
    info: { title: 'Issues' },
    servers: [{ url: server }],
    paths: Object.fromEntries(
      actions.map((name) => {
        const verb = reads.includes(name) ? 'get' : 'post';
        return [`/${name}`, { [verb]: { operationId: name, summary: `Does ${name}.` } }];
      }),
    ),
  });

async function serveGateway(upstream: string): Promise<void> {
  const folder = temporaryFolder();
  const config = readConfig({
    MILLRACE_PORT: '0',
    MILLRACE_DATA: folder.path,
    MILLRACE_OWNER_EMAIL: owner.email,
    MILLRACE_OWNER_PASSWORD: owner.password,
    MILLRACE_WORKSPACE: 'bench',
    MILLRACE_LOG_LEVEL: 'error',
    MILLRACE_EGRESS_ALLOW: '127.0.0.1',
    // Counted, but never reached.
    MILLRACE_MCP_RATE: '1000000',
  });
  const server = await startServer(config, { log: createLog('error') });
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
    actions: actions.map((name) => ({ name })),
  });
  await op('credentials.set', { service: 'issues', secret: 'bench-key' });
  const { token } = await op('tokens.create', {
    scopes: ['services:issues:read', 'services:issues:write'],
  });

  async function answerTo(question: Question): Promise<object> {
    if (question === 'heap') {
      globalThis.gc?.();
      const { heapUsed, external } = process.memoryUsage();
      return { heapBytes: heapUsed + external };
    }
    if (question === 'stop') {
      await server.stop();
      folder.remove();
      process.exit(0);
    }
    for (const source of question.hooks) await op('companyHooks.create', { source });
    return {};
  }
  process.on('message', (question: Question) => {
    void answerTo(question).then((answer) => process.send?.(answer));
  });
  process.send?.({ origin: server.origin, token } satisfies Ready);
}

const [, , role, upstream = ''] = process.argv;
await (role === 'upstream' ? serveUpstream() : serveGateway(upstream));
