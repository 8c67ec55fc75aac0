// The server's half of `mcp.bench.ts`, a process of its own: two floors, and a whole server with
// its own PostgreSQL, a real token and scripts. Says what it has spent when it is asked.
import { createServer } from 'node:http';
import { createLog, readConfig } from '../src/base/index.ts';
import { startServer } from '../src/server.ts';
import { temporaryFolder } from '../test/kit/spawned-server.ts';
import { post } from './client.ts';

export type Question = 'cpu' | 'heap' | 'stop' | { floorBytes: number };

export interface Served {
  floor: string;
  endpoint: string;
  /** Of a token for everything. */
  token: string;
  /** Of one that lists the scripts alone, which are `tools` many. */
  scriptsToken: string;
}

const tools = 100;

const owner = { email: 'bench@example.com', password: 'correct horse battery staple' };

/** Echoes JSON-RPC; at `/bytes` it answers the same bytes to everybody. */
async function startFloor() {
  let bytes = Buffer.alloc(0);
  const floor = createServer((incoming, outgoing) => {
    const parts: Buffer[] = [];
    incoming.on('data', (part: Buffer) => parts.push(part));
    incoming.on('end', () => {
      const { id, params } = JSON.parse(Buffer.concat(parts).toString());
      outgoing.setHeader('content-type', 'application/json');
      if (incoming.url === '/bytes') {
        outgoing.setHeader('content-length', bytes.length);
        outgoing.end(bytes);
      } else outgoing.end(JSON.stringify({ jsonrpc: '2.0', id, result: { echo: params } }));
    });
  });
  await new Promise<void>((resolve) => floor.listen(0, '127.0.0.1', resolve));
  const address = floor.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  return {
    url: `http://127.0.0.1:${port}/`,
    stop: () => floor.close(),
    answerBytes(count: number) {
      bytes = Buffer.alloc(count, 'x');
    },
  };
}

const folder = temporaryFolder();
const config = readConfig({
  MILLRACE_PORT: '0',
  MILLRACE_DATA: folder.path,
  MILLRACE_OWNER_EMAIL: owner.email,
  MILLRACE_OWNER_PASSWORD: owner.password,
  MILLRACE_WORKSPACE: 'bench',
  MILLRACE_LOG_LEVEL: 'warn',
  // Counted, but never reached.
  MILLRACE_MCP_RATE: '1000000',
});
const floor = await startFloor();
const server = await startServer(config, { log: createLog('warn') });
const { body: session } = await post(`${server.origin}/api/op/session.login`, '', owner);
const op = async (name: string, input: unknown): Promise<any> => {
  const url = `${server.origin}/api/op/${name}?workspace=bench`;
  const { status, body } = await post(url, session.token, input);
  if (status >= 300) throw new Error(`${name}: ${JSON.stringify(body)}`);
  return body;
};
const { token } = await op('tokens.create', { scopes: ['mcp:all'] });
const { token: scriptsToken } = await op('tokens.create', { scopes: ['mcp:scripts:*'] });
await op('folders.create', { name: 'team' });
for (let n = 0; n < tools; n += 1) {
  await op('scripts.create', {
    path: `f/team/book_invoice_${n}`,
    language: 'bash',
    summary: `Books an invoice of supplier ${n}`,
    description: 'Adds it to the ledger, and tells accounting when the amount is unusual.',
    content: 'supplier="$1"\namount="$2"\ncurrency="${3:-EUR}"\ndue="${4:-}"\necho "$amount"',
  });
}

async function answerTo(question: Question): Promise<object> {
  if (question === 'cpu') {
    const { user, system } = process.cpuUsage();
    return { microseconds: user + system };
  }
  if (question === 'heap') {
    globalThis.gc?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    return { heapBytes: heapUsed + external, rssBytes: rss };
  }
  if (question === 'stop') {
    floor.stop();
    await server.stop();
    folder.remove();
  } else floor.answerBytes(question.floorBytes);
  return {};
}

process.on('message', (question: Question) => {
  void answerTo(question).then((answer) => {
    process.send?.(answer, undefined, undefined, () => {
      if (question === 'stop') process.exit();
    });
  });
});
// The other half ended without a word.
process.once('disconnect', () => void answerTo('stop').then(() => process.exit()));
const endpoint = `${server.origin}/api/mcp/w/bench/mcp`;
process.send?.({ floor: floor.url, endpoint, token, scriptsToken } satisfies Served);
