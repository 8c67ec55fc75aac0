// Clients that others wrote, with a home of their own, each behind one verb: connect, list and
// call, sending a person to the browser when it wants one.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import {
  Client,
  StreamableHTTPClientTransport,
  UnauthorizedError,
} from '@modelcontextprotocol/client';
import * as authV1 from '@modelcontextprotocol/sdk/client/auth.js';
import { Client as ClientV1 } from '@modelcontextprotocol/sdk/client/index.js';
import * as httpV1 from '@modelcontextprotocol/sdk/client/streamableHttp.js';

export interface Used {
  tools: string[];
  greeting: string;
}

/** Where a person went with their browser: the address that the client waits for. */
export type Visit = (address: string) => Promise<URL>;

export interface RealClient {
  name: string;
  /** Lists the tools and calls the greeting; rejects when it does not get in. */
  use(url: string, visit: Visit): Promise<Used>;
}

const greet = { name: 's-f_examples_hello', arguments: { name: 'Ann' } };
const identity = { name: 'trial', version: '1' };
const callback = 'http://127.0.0.1:43219/callback';

type Loose = any;

/** What both SDKs keep of an authorization: in memory, as their documentation shows it. */
export function memoryProvider() {
  const kept: Record<string, Loose> = {};
  return {
    asked: undefined as URL | undefined,
    redirectUrl: callback,
    clientMetadata: { client_name: 'Trial of the SDK', redirect_uris: [callback] },
    state: () => 'state-of-the-client',
    clientInformation: () => kept['client'],
    saveClientInformation: (client: Loose) => void (kept['client'] = client),
    tokens: () => kept['tokens'],
    saveTokens: (tokens: Loose) => void (kept['tokens'] = tokens),
    redirectToAuthorization(url: URL) {
      this.asked = url;
    },
    saveCodeVerifier: (verifier: string) => void (kept['verifier'] = verifier),
    codeVerifier: () => kept['verifier'],
    saveDiscoveryState: (state: Loose) => void (kept['discovery'] = state),
    discoveryState: () => kept['discovery'],
    invalidateCredentials: (what: string) => {
      if (what === 'tokens' || what === 'all') delete kept['tokens'];
      if (what === 'client' || what === 'all') delete kept['client'];
    },
  };
}

interface SdkKind {
  name: string;
  connect(url: string, provider: Loose): { client: Loose; transport: Loose };
  finish(transport: Loose, came: URLSearchParams): Promise<void>;
  isUnauthorized(error: unknown): boolean;
}

const kinds: readonly SdkKind[] = [
  {
    name: 'SDK v1',
    connect: (url, authProvider) => ({
      client: new ClientV1(identity),
      transport: new httpV1.StreamableHTTPClientTransport(new URL(url), { authProvider }),
    }),
    finish: (transport, came) => transport.finishAuth(came.get('code')),
    isUnauthorized: (error) => error instanceof authV1.UnauthorizedError,
  },
  {
    name: 'SDK v2',
    connect: (url, authProvider) => ({
      client: new Client(identity, { versionNegotiation: { mode: 'auto' } }),
      transport: new StreamableHTTPClientTransport(new URL(url), { authProvider }),
    }),
    finish: (transport, came) => transport.finishAuth(came),
    isUnauthorized: (error) => error instanceof UnauthorizedError,
  },
];

function sdkClient({ name, connect, finish, isUnauthorized }: SdkKind): RealClient {
  const provider = memoryProvider();
  return {
    name,
    async use(url, visit) {
      let { client, transport } = connect(url, provider);
      try {
        await client.connect(transport);
      } catch (error) {
        if (!isUnauthorized(error) || !provider.asked) throw error;
        await finish(transport, (await visit(provider.asked.href)).searchParams);
        ({ client, transport } = connect(url, provider));
        await client.connect(transport);
      }
      const { tools } = await client.listTools();
      const called = await client.callTool(greet);
      await client.close();
      return {
        tools: tools.map((tool: Loose) => tool.name),
        greeting: called.structuredContent.greeting,
      };
    },
  };
}

const binaries = new URL('../../node_modules/.bin/', import.meta.url).pathname;

/** Starts a program on this Node, with nothing of the test's own environment but the path. */
function startProgram(home: string, [name = '', ...args]: readonly string[]) {
  return spawn(process.execPath, [join(binaries, name), ...args], {
    env: {
      PATH: [dirname(process.execPath), process.env['PATH']].join(delimiter),
      HOME: home,
      MCP_REMOTE_CONFIG_DIR: home,
      MCP_AUTO_OPEN_ENABLED: 'true',
      MCP_INSPECTOR_SECRET_STORE: 'file',
    },
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

const closed = (child: ChildProcessWithoutNullStreams): Promise<number | null> =>
  new Promise((resolve) => child.once('close', resolve));

/**
 * Watches what the program says to its person, and goes where it sends them once it said `ready`;
 * the answer's address is opened too, because the program waits there. A visit that fails ends the
 * program.
 */
function watch(child: ChildProcessWithoutNullStreams, visit: Visit, ready = /(?:)/) {
  const said: string[] = [];
  let failure: unknown;
  let address: string | undefined;
  let isAsked = false;
  createInterface({ input: child.stderr }).on('line', (line) => {
    said.push(line);
    address ??= /https?:\/\/\S+\/authorize\?\S+/.exec(line)?.[0];
    if (address === undefined || isAsked || !ready.test(line)) return;
    isAsked = true;
    visit(address)
      .then((landed) => fetch(landed))
      .catch((error: unknown) => {
        failure = error;
        child.kill('SIGKILL');
      });
  });
  return { said, failure: () => failure };
}

function inspector(home: string): RealClient {
  async function run(url: string, visit: Visit, args: readonly string[]): Promise<Loose> {
    const all = ['inspector', '--cli', url, '--transport', 'http', ...args];
    const child = startProgram(home, all);
    child.stdin.end();
    const watched = watch(child, visit);
    let printed = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (printed += text));
    const code = await closed(child);
    if (code !== 0) throw new Error(watched.said.join('\n'), { cause: watched.failure() });
    return JSON.parse(printed);
  }
  return {
    name: 'Inspector',
    async use(url, visit) {
      const { tools } = await run(url, visit, ['--method', 'tools/list']);
      const call = ['--method', 'tools/call', '--tool-name', greet.name, '--tool-arg', 'name=Ann'];
      const called = await run(url, visit, call);
      return {
        tools: tools.map((tool: Loose) => tool.name),
        greeting: called.structuredContent.greeting,
      };
    },
  };
}

function mcpRemote(home: string): RealClient {
  return {
    name: 'mcp-remote',
    async use(url, visit) {
      const child = startProgram(home, ['mcp-remote', url, '--allow-http']);
      const ended = closed(child);
      // It says where to go before it listens for the answer.
      const watched = watch(child, visit, /Waiting for authorization/);
      const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
      let id = 0;
      const ask = async (method: string, params: unknown): Promise<Loose> => {
        id += 1;
        child.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id, method, params })}\n`);
        const { value, done } = await answers.next();
        if (done) throw new Error(watched.said.join('\n'), { cause: watched.failure() });
        return JSON.parse(value).result;
      };
      try {
        await ask('initialize', {
          protocolVersion: '2025-06-18',
          capabilities: {},
          clientInfo: identity,
        });
        child.stdin.write('{"jsonrpc":"2.0","method":"notifications/initialized"}\n');
        const { tools } = await ask('tools/list', {});
        const called = await ask('tools/call', greet);
        return {
          tools: tools.map((tool: Loose) => tool.name),
          greeting: called.structuredContent.greeting,
        };
      } finally {
        child.kill();
        await ended;
      }
    },
  };
}

/** One of each, as new: nothing is stored yet. `remove` takes their homes away. */
export function realClients(): { clients: RealClient[]; remove: () => void } {
  const homes = ['inspector', 'remote'].map((name) => mkdtempSync(join(tmpdir(), `mr-${name}-`)));
  const [first = '', second = ''] = homes;
  return {
    clients: [...kinds.map(sdkClient), inspector(first), mcpRemote(second)],
    remove() {
      for (const home of homes) rmSync(home, { recursive: true, force: true });
    },
  };
}
