// An MCP endpoint: one HTTP request in, one response out. Who is calling was
// settled before (`routes.ts`). Nothing is remembered between requests but caches, and sessions
// of clients that can be asked something (`sessions.ts`).
import {
  AppError,
  type Clock,
  createArgumentCheck,
  type Log,
  type Metrics,
} from '../../base/index.ts';
import type { RunnableList } from '../../engine/index.ts';
import type { ListedTool } from '../../identity/index.ts';
import type { Caller, Door } from '../../operation/index.ts';
import { createAsking } from './asking.ts';
import { createCallMetrics } from './call-metrics.ts';
import { createCallLimits } from './call-limits.ts';
import { createCallTool } from './call-tool.ts';
import { createCancellation } from './cancellation.ts';
import { type Catalogue, createCatalogue, type ServicesPort } from './catalogue.ts';
import { createListChanges, type ListChangeDeps } from './list-changes.ts';
import { classify, isDeeperThan, maxBodyDepth } from './classify.ts';
import { createDispatcher } from './dispatcher.ts';
import {
  acceptedBy,
  isJson,
  type McpHttpRequest,
  type McpHttpResponse,
  refusal,
} from './http-messages.ts';
import { type EndpointListing, listEndpoints } from './list-tools.ts';
import { createEverywhere, createLibrary, type Library } from './library/index.ts';
import { isObject, type JsonObject, metaKeys, modernVersion, rpcCodes } from './protocol.ts';
import type { OwnWorkspace } from './multi-workspace.ts';
import { createOldSse, type OldSse } from './old-sse.ts';
import { createRequestStates } from './request-state.ts';
import { createResourceChanges, type OnJobMoved } from './resource-changes.ts';
import { askedBy, createSdkSide } from './sdk.ts';
import { createSessions, sessionHeader } from './sessions.ts';
import { createStreams } from './streams.ts';
import { createSubscriptions } from './subscriptions.ts';
import type { Tool } from './tool.ts';
import {
  capabilitiesOf,
  type CapabilitiesOf,
  createInstructions,
  type ServerInfo,
  serverInfoOf,
  type SessionHints,
} from './introduction.ts';

/** What an endpoint offers. */
export interface Offer {
  catalogue: Catalogue;
  library: Library;
  /** What an address of many workspaces has instead. */
  everywhere: Library;
  capabilities: CapabilitiesOf;
}

/** What the product's own tools and library are made of. */
interface OwnOffer {
  /** The scripts and flows that the caller may read. */
  runnables: (caller: Caller, workspace: string) => Promise<RunnableList>;
  /** The version that `runnables` would answer; spares reading the list for every call. */
  runnablesVersion?: (workspace: string) => string;
  /** The tools of services, and a text that changes with them. */
  services?: ServicesPort;
  /** The workspaces that a caller may use, by id. */
  workspaces: (caller: Caller) => Promise<readonly OwnWorkspace[]>;
}

export type McpDeps = EngineDeps & (OwnOffer | { offer: Offer });

interface EngineDeps {
  door: Door;
  log: Log;
  clock: Clock;
  /** Where people reach this server, without a trailing slash. */
  origin: () => string;
  version: string;
  /** Where calls are counted; absent: nowhere. */
  metrics?: Metrics;
  /** Tool calls of one person; 0 or undefined: no limit. */
  callsPerMinute?: number;
  /** How long a call waits for a job before it hands out its id, in milliseconds. */
  waitMs: number;
  onToolsChanged: ListChangeDeps['onToolsChanged'];
  onJobMoved?: OnJobMoved;
  sessionHints?: SessionHints;
  /** Keys of this server, the same for each of its processes. */
  deriveKey: (purpose: string) => Promise<Buffer>;
  /** True once for each id; it may be forgotten after `expiresAt`, in epoch milliseconds. */
  spend: (id: string, expiresAt: number) => Promise<boolean>;
}

export interface Mcp {
  /** Answers a request of an authenticated caller. Rejects only on a bug. */
  handle(request: McpHttpRequest): Promise<McpHttpResponse>;
  /** The transport of 2024-11-05. */
  oldSse: OldSse;
  /** The endpoint tools, as Windmill's `list_tools` route shows them. */
  listTools(): readonly EndpointListing[];
  /** What `tools/list` answers to the caller, for people who choose what a token may do. */
  preview(caller: Caller, workspace: string): Promise<ListedTool[]>;
  origin: () => string;
  log: Log;
  /** From now on a connection that closes is the server's doing, and cancels nothing. */
  drain(): void;
  draining(): boolean;
  /** Ends the streams that are still open. */
  stop(): Promise<void>;
}

function listed({ definition, runnable }: Tool): ListedTool {
  const { name, title, annotations } = definition;
  const { kind, path } = runnable ?? { kind: 'endpoint' as const, path: null };
  return { name, title, kind, path, readOnly: annotations.readOnlyHint };
}

function isBareDiscover(body: unknown): boolean {
  if (!isObject(body) || body['method'] !== 'server/discover') return false;
  const meta = isObject(body['params']) ? body['params']['_meta'] : undefined;
  return !isObject(meta) || !(metaKeys.protocolVersion in meta);
}

/** What every request must be, whoever answers it; undefined when it is. */
function refuseEarly({ headers }: McpHttpRequest): McpHttpResponse | undefined {
  const { transport } = rpcCodes;
  if (!isJson(headers['content-type'])) {
    const message = 'Unsupported Media Type: Content-Type must be application/json';
    return refusal({ status: 415, code: transport, message });
  }
  if (!acceptedBy(headers.accept).json) {
    const message = 'Not Acceptable: accept application/json, best with text/event-stream';
    return refusal({ status: 406, code: transport, message });
  }
  return undefined;
}

function refuseBody(body: unknown): McpHttpResponse | undefined {
  if (isDeeperThan(body, maxBodyDepth)) {
    const message = `Invalid Request: nested deeper than ${maxBodyDepth} levels`;
    return refusal({ status: 400, code: rpcCodes.invalidRequest, message });
  }
  if (isBareDiscover(body)) {
    const id = isObject(body) ? body['id'] : null;
    const keys = `${metaKeys.protocolVersion} and ${metaKeys.clientCapabilities}`;
    return refusal({
      status: 400,
      code: rpcCodes.invalidParams,
      message: `Invalid params: server/discover needs ${keys} in params._meta`,
      id: typeof id === 'string' || typeof id === 'number' ? id : null,
    });
  }
  return undefined;
}

/** Does the request name a session? The stateless era has none, and a greeting begins one. */
function namesSession({ headers }: McpHttpRequest, body: unknown): boolean {
  if (headers[sessionHeader] === undefined) return false;
  if (headers['mcp-protocol-version'] === modernVersion) return false;
  return !isObject(body) || body['method'] !== 'initialize';
}

/** An answer to a request of ours. */
function isAnswer(body: unknown): body is JsonObject {
  return isObject(body) && !('method' in body) && ('result' in body || 'error' in body);
}

function noSession(): McpHttpResponse {
  const message = 'Session not found: it is over. Send initialize again, without its id.';
  return refusal({ status: 404, code: rpcCodes.noSession, message });
}

function parse(body: Buffer | undefined): { body: unknown } | undefined {
  try {
    return { body: JSON.parse(body?.toString() ?? '') };
  } catch {
    return undefined;
  }
}

function offerOf(deps: McpDeps): Offer {
  if ('offer' in deps) return deps.offer;
  const catalogue = createCatalogue(deps);
  const library = createLibrary(deps);
  const everywhere = createEverywhere({ library, workspaces: deps.workspaces });
  return { catalogue, library, everywhere, capabilities: capabilitiesOf };
}

export function createMcp(deps: McpDeps): Mcp {
  const { door, log, clock, origin, waitMs } = deps;
  let known = serverInfoOf(origin(), deps.version);
  const serverInfo = (): ServerInfo => {
    // Before it listens, the server does not know its own address.
    if (known.websiteUrl !== origin()) known = serverInfoOf(origin(), deps.version);
    return known;
  };
  const { catalogue, library, everywhere, capabilities } = offerOf(deps);
  const argumentCheck = createArgumentCheck(log);
  const sessions = createSessions(clock);
  const streams = createStreams(clock);
  const shelvesOf = (http: McpHttpRequest) => (http.workspace === null ? everywhere : library);
  const changes = createListChanges({
    ...deps,
    catalogue,
    async listed(http, kind) {
      try {
        return JSON.stringify(await shelvesOf(http)[kind](askedBy(http, origin())));
      } catch (error) {
        // A list that the caller may not see does not change either.
        if (error instanceof AppError) return '';
        throw error;
      }
    },
  });
  const resourceChanges = createResourceChanges({
    ...deps,
    jobOf: async (http, uri) => shelvesOf(http).jobOf?.(askedBy(http, origin()), uri),
  });
  const subscriptions = createSubscriptions({ streams, changes, resourceChanges, serverInfo });
  const openAsking = createAsking({ clock, states: createRequestStates(deps) });
  const toolDeps = { door, waitMs, catalogue, argumentCheck, log, origin, openAsking };
  const limits = createCallLimits(clock, deps.callsPerMinute ?? 0);
  const endpoints = new Set(catalogue.endpoints().map(({ definition }) => definition.name));
  const counted = createCallMetrics(deps.metrics, endpoints);
  const callTool = counted(limits(createCallTool(toolDeps)));
  const cancellation = createCancellation();
  const instructionsOf = createInstructions(log, deps.sessionHints);
  const greeting = { serverInfo, instructionsOf, capabilitiesOf: capabilities };
  const shared = { catalogue, callTool, clock, log, ...greeting };
  const dispatch = createDispatcher({
    ...shared,
    cancellation,
    argumentCheck,
    sessions,
    subscriptions,
  });
  const sdk = createSdkSide({ ...shared, library, everywhere, openAsking, origin });
  let draining = false;

  /** The other verbs of a session; without one there is nothing to get or to delete. */
  async function withoutBody(request: McpHttpRequest): Promise<McpHttpResponse> {
    const { method, headers } = request;
    const named = namesSession(request, undefined);
    if (method === 'DELETE' && named) {
      return sessions.end(request) ? { status: 200, headers: {}, body: null } : noSession();
    }
    if (method === 'GET' && named && acceptedBy(headers.accept).stream) {
      if (!sessions.of(request)) return noSession();
      return sessions.heard(request, await subscriptions.open(request));
    }
    const message = 'Method not allowed: send a POST.';
    return refusal({ status: 405, code: rpcCodes.transport, message });
  }

  async function post(request: McpHttpRequest): Promise<McpHttpResponse> {
    const early = refuseEarly(request);
    if (early) return early;
    const parsed = parse(request.body);
    if (!parsed) {
      const message = 'Parse error: the body is not valid JSON';
      return refusal({ status: 400, code: rpcCodes.parseError, message });
    }
    const refused = refuseBody(parsed.body);
    if (refused) return refused;
    const session = sessions.of(request);
    if (!session && namesSession(request, parsed.body)) return noSession();
    if (session && isAnswer(parsed.body)) {
      session.take(parsed.body);
      return { status: 202, headers: {}, body: null };
    }
    const accepted = acceptedBy(request.headers.accept);
    const fast = classify(request.headers, parsed.body);
    if (fast) return dispatch({ fast, http: request, accepted, session });
    return sdk.answer(request, parsed.body, accepted);
  }

  return {
    origin,
    log,
    listTools: () => listEndpoints(catalogue.endpoints()),
    drain() {
      draining = true;
      streams.stop();
      changes.stop();
    },
    draining: () => draining,
    preview: async (caller, workspace) => (await catalogue.of(caller, workspace)).tools.map(listed),
    stop: () => sdk.stop(),
    oldSse: createOldSse(streams, post),
    handle: async (request) => (request.method === 'POST' ? post(request) : withoutBody(request)),
  };
}
