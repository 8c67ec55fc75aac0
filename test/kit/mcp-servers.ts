// MCP servers for tests: the published ones from npm, and one that does as it is told, whatever
// that is.
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo, createServer as createSocket } from 'node:net';
import { join } from 'node:path';
import { installedPackage, type NpmPackage } from './npm-package.ts';

const published: Record<'everything' | 'filesystem', NpmPackage> = {
  everything: {
    name: '@modelcontextprotocol/server-everything',
    version: '2026.8.31',
    integrity:
      'sha512-5U3OZh8Xq0Li4nA26l6uNvV9/1suMDuWSn+NjLZIhzin' +
      'hMY6N3A4DCrxVecBGPf2PsNFKTEv5krxGPRwzxc7jQ==',
  },
  filesystem: {
    name: '@modelcontextprotocol/server-filesystem',
    version: '2026.8.31',
    integrity:
      'sha512-kKaFkyAh6oipvc9+EAbJ552JafnMnOq5nzmzWkp1jJdB' +
      'hTAAGpmIpWihUG1+rfNhmEFM98gUZDdCHCDD4v6a7Q==',
  },
};

/** Its program, and the folder that it must be able to read. */
export function mcpProgram(which: keyof typeof published): { file: string; home: string } {
  const place = installedPackage(published[which]);
  const home = join(place, '..', '..');
  // It runs under an account of its own.
  chmodSync(join(home, '..'), 0o755);
  return { file: join(place, 'dist', 'index.js'), home };
}

async function freePort(): Promise<number> {
  const socket = createSocket().listen(0, '127.0.0.1');
  await new Promise((resolve) => socket.once('listening', resolve));
  const { port } = socket.address() as AddressInfo;
  await new Promise((resolve) => socket.close(resolve));
  return port;
}

/** server-everything over HTTP. */
export async function startEverything(): Promise<{ address: string; stop(): Promise<void> }> {
  const port = await freePort();
  const { file } = mcpProgram('everything');
  const child: ChildProcess = spawn(process.execPath, [file, 'streamableHttp'], {
    env: { PATH: process.env['PATH'], PORT: String(port) },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  await new Promise<void>((resolve, reject) => {
    const hear = (chunk: Buffer): void => {
      said += String(chunk);
      if (/listening/i.test(said)) resolve();
    };
    child.stdout?.on('data', hear);
    child.stderr?.on('data', hear);
    child.once('exit', (code) => reject(new Error(`server-everything ended ${code}: ${said}`)));
  });
  return {
    address: `http://127.0.0.1:${port}/mcp`,
    stop: () =>
      new Promise((resolve) => {
        child.once('exit', () => resolve());
        child.kill();
      }),
  };
}

type Loose = Record<string, any>;

export interface Hostile {
  address: string;
  /** What it lists. */
  tools: Loose[];
  /** What came in: method, and the keys that it came with. */
  asked: { method: string; authorization: string | undefined }[];
  /** Answers a call of a tool; undefined: says nothing, for ever. */
  onCall: (params: Loose, response: ServerResponse, id: unknown) => Loose | undefined;
  /** The next requests meet this instead of the protocol. */
  instead: ((response: ServerResponse) => void) | undefined;
  /** Resolves when the server was told, in either way, that nobody waits for a call any more. */
  canceled(): Promise<void>;
  stop(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Loose> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? {} : JSON.parse(text);
}

/** A server of the handshake era. */
export async function startHostile(): Promise<Hostile> {
  const asked: Hostile['asked'] = [];
  let wasCanceled = (): void => undefined;
  const canceled = new Promise<void>((resolve) => (wasCanceled = resolve));
  const hostile: Hostile = {
    address: '',
    tools: [],
    asked,
    onCall: () => ({ content: [{ type: 'text', text: 'done' }] }),
    instead: undefined,
    canceled: () => canceled,
    stop: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };

  function resultOf({ method, params, id }: Loose, response: ServerResponse): Loose | undefined {
    if (method === 'initialize') {
      const { protocolVersion } = params;
      const capabilities = { tools: { listChanged: true } };
      return { protocolVersion, capabilities, serverInfo: { name: 'hostile', version: '1' } };
    }
    if (method === 'tools/list') return { tools: hostile.tools };
    return method === 'tools/call' ? hostile.onCall(params, response, id) : {};
  }

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { authorization } = request.headers;
    if (request.method !== 'POST') return void response.writeHead(405).end();
    const message = await bodyOf(request);
    asked.push({ method: message['method'], authorization });
    if (hostile.instead) return hostile.instead(response);
    if (message['method'] === 'notifications/cancelled') wasCanceled();
    if (message['id'] === undefined) return void response.writeHead(202).end();
    const known = ['initialize', 'tools/list', 'tools/call', 'ping'].includes(message['method']);
    const error = { code: -32601, message: 'Method not found' };
    const result = known ? resultOf(message, response) : undefined;
    if (known && result === undefined) return void response.once('close', wasCanceled);
    if (response.writableEnded) return;
    const reply = { jsonrpc: '2.0', id: message['id'], ...(known ? { result } : { error }) };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(reply));
  }

  const server = createServer((request, response) => void answer(request, response));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  hostile.address = `http://127.0.0.1:${port}/mcp`;
  return hostile;
}

/** A tool as a server lists it. */
export const listedTool = (name: string, more: Loose = {}): Loose => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object', properties: { text: { type: 'string' } } },
  annotations: { readOnlyHint: true },
  ...more,
});

export interface Modern {
  address: string;
  /** Methods that came in. */
  asked: string[];
  /** Its words on the way. */
  words: string;
  /** Its tool says that it failed. */
  fails: boolean;
  /** Lists a tool less and tells everybody who listens. */
  withdraw(name: string): void;
  stop(): Promise<void>;
}

/** A server of the era without handshakes, by the SDK; its tool `walk` tells its progress. */
export async function startModern(): Promise<Modern> {
  const sdk = await import('@modelcontextprotocol/server');
  const tools = new Set(['walk', 'rest']);
  const asked: string[] = [];
  const capabilities = { tools: { listChanged: true }, logging: {} };
  const handler = sdk.createMcpHandler(() => {
    const made = new sdk.Server({ name: 'modern', version: '1' }, { capabilities });
    made.setRequestHandler('tools/list', () => ({
      tools: [...tools].map((name) => listedTool(name)) as never,
    }));
    made.setRequestHandler('tools/call', async (_, { mcpReq }) => {
      const { _meta: meta } = mcpReq;
      const progressToken = meta?.progressToken;
      for (const progress of progressToken === undefined ? [] : [1, 2]) {
        const params = { progressToken, progress, total: 2, message: modern.words };
        await mcpReq.notify({ method: 'notifications/progress', params });
      }
      const level = 'info' as const;
      const data = modern.words;
      await mcpReq.notify({ method: 'notifications/message', params: { level, data } });
      const { fails: isError } = modern;
      return { content: [{ type: 'text', text: 'walked' }], ...(isError && { isError }) };
    });
    return made;
  });
  async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const body = await bodyOf(request);
    asked.push(body['method']);
    const gone = new AbortController();
    response.once('close', () => gone.abort());
    const headers = request.headers as Record<string, string>;
    const url = `http://${headers['host']}${request.url}`;
    const { method = 'POST' } = request;
    const web = new Request(url, { method, headers, signal: gone.signal });
    const answer = await handler.fetch(web, { parsedBody: body });
    response.writeHead(answer.status, Object.fromEntries(answer.headers));
    response.flushHeaders();
    for await (const chunk of answer.body ?? []) response.write(chunk);
    response.end();
  }

  const server = createServer((request, response) => void serve(request, response));
  server.listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as AddressInfo;
  const modern: Modern = {
    address: `http://127.0.0.1:${port}/mcp`,
    asked,
    words: 'on its way',
    fails: false,
    withdraw(name) {
      tools.delete(name);
      handler.notify.toolsChanged();
    },
    async stop() {
      await handler.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return modern;
}
