// One connection to an MCP server, over HTTP or to a program of its own, in whichever era it
// speaks. Knows nothing of pins and policy.
import type { Client, PriorDiscovery, Transport } from '@modelcontextprotocol/client';
import { version } from '../../base/index.ts';
import { boundedFetch, type Egress } from '../../egress/index.ts';
import type { Sandbox } from '../../engine/index.ts';
import type { JsonObject } from '../action.ts';
import type { CredentialHeaders } from '../credentials/index.ts';

export interface Program {
  command: string;
  args: string[];
  /** Folders and files that it may read, besides the system's own. */
  readable: string[];
}

export type Target =
  | { address: string; headers: CredentialHeaders }
  | { program: Program; env: Readonly<Record<string, string>> };

export interface ConnectDeps {
  egress: Pick<Egress, 'fetch'>;
  sandbox: Pick<Sandbox, 'wrap' | 'reachable' | 'workFolder'>;
}

export interface Wanted {
  target: Target;
  signal: AbortSignal;
  limitMs: number;
  prior: PriorDiscovery | undefined;
  onListChanged: () => void;
}

/** Of one answer, one stream, or one line. */
const maxAnswerBytes = 10_000_000;
const searchPath = '/usr/local/bin:/usr/bin:/bin';

/** Nothing of the server's environment; the library would add these of its own otherwise. */
const cleanEnv = (home: string): Record<string, string> => ({
  HOME: home,
  LOGNAME: 'millrace',
  USER: 'millrace',
  SHELL: '/bin/sh',
  TERM: 'dumb',
  PATH: searchPath,
});

async function transportTo({ egress, sandbox }: ConnectDeps, target: Target): Promise<Transport> {
  if ('address' in target) {
    const { StreamableHTTPClientTransport } = await import('@modelcontextprotocol/client');
    return new StreamableHTTPClientTransport(new URL(target.address), {
      fetch: boundedFetch(egress, maxAnswerBytes),
      requestInit: { headers: { ...target.headers } },
    });
  }
  const { command, args, readable } = target.program;
  // `node` is the one that runs the server: there may be no other.
  const node = command === 'node';
  const file = node ? await sandbox.reachable(process.execPath) : command;
  const { StdioClientTransport } = await import('@modelcontextprotocol/client/stdio');
  const wrapped = sandbox.wrap({
    argv: [file, ...args],
    readOnly: [...readable, ...(node ? [file] : [])],
    writable: [],
    env: { ...cleanEnv(sandbox.workFolder ?? '/'), ...target.env },
    network: true,
  });
  return new StdioClientTransport({
    command: wrapped.file,
    args: wrapped.argv,
    env: wrapped.env,
    cwd: wrapped.cwd,
    stderr: 'ignore',
    maxBufferSize: maxAnswerBytes,
  });
}

export interface Connection {
  list(signal: AbortSignal, timeoutMs: number): Promise<JsonObject[]>;
  call: Client['callTool'];
  /** What spares the next connection the question of the era. */
  verdict: PriorDiscovery;
  /** Hears the end, whoever made it. */
  onClosed(listener: () => void): void;
  close(): Promise<void>;
}

/** Loaded when first used (97 ms and 35 MB): most servers have no MCP servers behind them. */
export async function connect(deps: ConnectDeps, wanted: Wanted): Promise<Connection> {
  const { Client } = await import('@modelcontextprotocol/client');
  const client = new Client(
    { name: 'millrace', version },
    {
      versionNegotiation: { mode: 'auto' },
      listChanged: {
        tools: { autoRefresh: false, debounceMs: 0, onChanged: () => wanted.onListChanged() },
      },
      // A schema of theirs is never compiled here: its patterns could take for ever.
      jsonSchemaValidator: {
        getValidator: () => (input: unknown) => ({
          valid: true as const,
          data: input as never,
          errorMessage: undefined,
        }),
      },
    },
  );
  const listeners = new Set<() => void>();
  let isClosed = false;
  Object.assign(client, {
    onclose() {
      isClosed = true;
      for (const listener of listeners) listener();
    },
    // What is malformed is left out; whoever waits for it is told by the time limit.
    onerror: () => undefined,
  });
  const transport = await transportTo(deps, wanted.target);
  const { signal, limitMs, prior } = wanted;
  try {
    await client.connect(transport, { signal, timeout: limitMs, ...(prior ? { prior } : {}) });
  } catch (error) {
    await client.close().catch(() => undefined);
    await transport.close().catch(() => undefined);
    throw error;
  }
  const discover = client.getDiscoverResult();
  return {
    async list(abort, timeout) {
      const listed = await client.listTools(undefined, {
        signal: abort,
        timeout,
        cacheMode: 'refresh',
      });
      return listed.tools;
    },
    call: client.callTool.bind(client),
    verdict: discover ? { kind: 'modern', discover } : { kind: 'legacy' },
    onClosed(listener) {
      if (isClosed) listener();
      else listeners.add(listener);
    },
    close: () => client.close().catch(() => undefined),
  };
}
