// The SDK's side of the endpoint: batches, odd headers, unknown methods, whatever is malformed.
// A fresh low-level server for each request over the same catalogue, never kept; the package is
// loaded at the first such request, so it costs nothing at start. `sdk-library.ts` has resources,
// prompts and completions.
import { Readable } from 'node:stream';
import type * as Sdk from '@modelcontextprotocol/server';
import { type Clock, type Log, newId } from '../../base/index.ts';
import type { Call } from '../../operation/index.ts';
import { stepUpHeaders } from './access.ts';
import { discoverCache, listCache } from './answers.ts';
import type { OpenAsked } from './asking.ts';
import type { CallTool, ToolAnswer } from './call-tool.ts';
import { clientNameOf } from './client-name.ts';
import type { Catalogue } from './catalogue.ts';
import { knowsLinks } from './dispatcher.ts';
import {
  type Accepted,
  jsonResponse,
  type McpHttpRequest,
  type McpHttpResponse,
} from './http-messages.ts';
import { beat } from './progress.ts';
import type { Asked, Library } from './library/index.ts';
import { type Era, isObject, legacyVersions, rpcCodes } from './protocol.ts';
import {
  type CapabilitiesOf,
  type InstructionsOf,
  introduced,
  type ServerInfo,
} from './introduction.ts';
import { clientOf, serveLibrary } from './sdk-library.ts';

export interface SdkDeps {
  catalogue: Catalogue;
  callTool: CallTool;
  library: Library;
  /** What an address of many workspaces has instead. */
  everywhere: Library;
  capabilitiesOf: CapabilitiesOf;
  instructionsOf: InstructionsOf;
  openAsking: OpenAsked;
  clock: Clock;
  log: Log;
  serverInfo: () => ServerInfo;
  /** Where people reach this server. */
  origin: () => string;
}

export interface SdkSide {
  answer(request: McpHttpRequest, body: unknown, accepted: Accepted): Promise<McpHttpResponse>;
  /** Ends the exchanges that are still open. */
  stop(): Promise<void>;
}

interface Exchange {
  http: McpHttpRequest;
  /** The messages of the body, as they came. */
  asked: readonly unknown[];
  /** Notes what a client that sent one call alone may ask its person for. */
  challenge?: readonly string[];
}

interface Served {
  exchange: Exchange;
  era: Era;
}

/** What the library needs of a request: a call of the door without an operation. */
export function askedBy(
  { caller, callerIn, workspace, signal }: McpHttpRequest,
  origin: string,
): Asked {
  const call: Call = {
    id: newId(),
    caller,
    workspace,
    surface: 'mcp',
    signal,
    causedBy: null,
    depth: 0,
  };
  return { call, workspace: workspace ?? '', callerIn, origin };
}

function methodOf(message: unknown): string {
  return isObject(message) ? String(message['method']) : '';
}

const cacheHints = {
  'tools/list': listCache,
  'resources/list': listCache,
  'resources/templates/list': listCache,
  'resources/read': listCache,
  'prompts/list': listCache,
  'server/discover': discoverCache,
};

/** A server for one request of one caller. */
async function serverFor(
  sdk: typeof Sdk,
  deps: SdkDeps,
  { exchange, era }: Served,
): Promise<Sdk.Server> {
  const { http, asked } = exchange;
  const { catalogue, callTool, clock, library, everywhere, log } = deps;
  // The high-level class registers every tool anew each time: 4 ms for a hundred of them.
  // An odd subscription would listen to the SDK's own signals, and there are none.
  const subscribes = asked.some((message) => methodOf(message) === 'subscriptions/listen');
  const greets = asked.some((message) =>
    /^(?:initialize|server\/discover)$/.test(methodOf(message)),
  );
  const info = greets ? introduced(deps.serverInfo()) : deps.serverInfo();
  const server = new sdk.Server(info, {
    capabilities: deps.capabilitiesOf({
      era,
      streams: era === 'modern' && !subscribes,
    }),
    ...(greets && { instructions: await deps.instructionsOf(http) }),
    supportedProtocolVersions: [...legacyVersions],
    cacheHints,
  });

  server.setRequestHandler('tools/list', async ({ params }) => {
    if (params?.cursor !== undefined) {
      const message = 'The list has one page; there is no cursor.';
      throw new sdk.ProtocolError(rpcCodes.invalidParams, message);
    }
    const list = await catalogue.of(http.caller, http.workspace);
    const { tools } = http.searches ? list.search : list;
    return { tools: tools.map((tool) => tool.definition) } as unknown as Sdk.ListToolsResult;
  });

  server.setRequestHandler('tools/call', async ({ params }, context) => {
    const answered = await callWith(params, context);
    if ('error' in answered) {
      const { code, message, data } = answered.error;
      throw new sdk.ProtocolError(code, message, data);
    }
    if (answered.challenge) exchange.challenge = answered.challenge;
    return { ...answered.result } as Sdk.CallToolResult;
  });

  async function callWith(
    params: Sdk.CallToolRequestParams,
    { mcpReq }: Sdk.ServerContext,
  ): Promise<ToolAnswer> {
    const { _meta: meta } = mcpReq;
    const token = meta?.progressToken;
    const heart =
      token === undefined
        ? undefined
        : beat(clock, (progress) => {
            void mcpReq
              .notify({
                method: 'notifications/progress',
                params: { progressToken: token, ...progress },
              })
              .catch(() => undefined);
          });
    try {
      return await callTool({
        name: params.name,
        args: params.arguments ?? {},
        caller: http.caller,
        workspace: http.workspace,
        callerIn: http.callerIn,
        // Not the SDK's own: that one also fires when the server stops, which cancels nothing.
        signal: http.signal,
        linksKnown: knowsLinks(http),
        searches: http.searches,
        onProgress: heart?.onProgress,
        clientName: clientNameOf(http, meta),
        client: clientOf(mcpReq),
        log: (level, text) => void mcpReq.log(level, text).catch(() => undefined),
      });
    } finally {
      heart?.stop();
    }
  }

  const shelves = http.workspace === null ? everywhere : library;
  const { origin, openAsking } = deps;
  serveLibrary({
    sdk,
    server,
    era,
    library: shelves,
    asked: askedBy(http, origin()),
    openAsking,
    log,
  });
  return server;
}

/** The request as the web knows it; the body goes beside it, parsed. */
function webRequest({ method, url, headers, signal }: McpHttpRequest): Request {
  const kept = new Headers();
  for (const [name, value] of Object.entries(headers)) {
    // What proves who is calling stays here: nothing behind needs it.
    if (name === 'authorization' || name === 'cookie' || name.startsWith(':')) continue;
    if (typeof value === 'string') kept.set(name, value);
  }
  kept.set('accept', 'application/json, text/event-stream');
  return new Request(url, { method, headers: kept, signal });
}

/** The messages of a finished event stream, for clients that take JSON only. */
async function unframed(response: Response): Promise<string> {
  const messages = (await response.text())
    .split('\n')
    .filter((line) => line.startsWith('data: '))
    .map((line) => line.slice(6));
  return messages.length === 1 ? String(messages[0]) : `[${messages.join(',')}]`;
}

async function plainResponse(response: Response, accepted: Accepted): Promise<McpHttpResponse> {
  const streams = response.headers.get('content-type')?.startsWith('text/event-stream');
  if (streams && !accepted.stream) return jsonResponse(await unframed(response), response.status);
  const headers = Object.fromEntries(response.headers);
  // The web framework decides how the connection lives.
  delete headers['connection'];
  if (!response.body) return { status: response.status, headers, body: null };
  if (!streams) return { status: response.status, headers, body: await response.text() };
  const body = Readable.fromWeb(response.body);
  return { status: response.status, headers, body };
}

export function createSdkSide(deps: SdkDeps): SdkSide {
  const requests = new WeakMap<Request, Exchange>();
  let loaded: Promise<{ handler: Sdk.McpHttpHandler }> | undefined;

  async function load(): Promise<{ handler: Sdk.McpHttpHandler }> {
    const sdk = await import('@modelcontextprotocol/server');
    const handler = sdk.createMcpHandler(
      ({ requestInfo, era }) => {
        const exchange = requestInfo && requests.get(requestInfo);
        if (!exchange) throw new Error('the SDK asked for a server of an unknown request');
        return serverFor(sdk, deps, { exchange, era });
      },
      { onerror: (error) => deps.log.debug('mcp request refused', { reason: error.message }) },
    );
    return { handler };
  }

  return {
    async answer(request, body, accepted) {
      loaded ??= load();
      const { handler } = await loaded;
      const web = webRequest(request);
      const exchange: Exchange = { http: request, asked: [body].flat() };
      requests.set(web, exchange);
      const response = await plainResponse(
        await handler.fetch(web, { parsedBody: body }),
        accepted,
      );
      // On a stream that is open already the result itself says what is missing.
      const { challenge } = exchange;
      if (!challenge || typeof response.body !== 'string' || Array.isArray(body)) return response;
      const headers = { ...response.headers, ...stepUpHeaders(challenge, request.metadataUrl()) };
      return { ...response, status: 403, headers };
    },
    async stop() {
      if (loaded) await (await loaded).handler.close();
    },
  };
}
