// Answers the requests that clients send all day: calls, lists, greetings. Some 20 µs of CPU
// each, where the SDK takes hundreds; the SDK answers everything else (`sdk.ts`), and a test
// compares the two.
import type { ArgumentCheck, Clock, Log } from '../../base/index.ts';
import { stepUpHeaders } from './access.ts';
import { answer, discoverResult, initializeResult, listAnswer, resultOf } from './answers.ts';
import type { ClientSide, Reach } from './asking.ts';
import type { CallTool } from './call-tool.ts';
import { clientNameOf } from './client-name.ts';
import type { Cancellation } from './cancellation.ts';
import type { Catalogue } from './catalogue.ts';
import type { FastRequest } from './classify.ts';
import {
  type Accepted,
  jsonResponse,
  type JsonResponse,
  type McpHttpRequest,
  type McpHttpResponse,
} from './http-messages.ts';
import { answerWhenReady, beat, type Notify, progressMessage } from './progress.ts';
import {
  isObject,
  type JsonObject,
  metaKeys,
  type RequestId,
  rpcCodes,
  rpcErrorBody,
} from './protocol.ts';
import {
  type CapabilitiesOf,
  introduced,
  type InstructionsOf,
  type ServerInfo,
} from './introduction.ts';
import type { Invocation } from './tool.ts';
import { sessionHeader, type Session, type Sessions } from './sessions.ts';
import type { Subscriptions } from './subscriptions.ts';

export interface DispatcherDeps {
  catalogue: Catalogue;
  callTool: CallTool;
  cancellation: Cancellation;
  clock: Clock;
  argumentCheck: Pick<ArgumentCheck, 'expect'>;
  serverInfo: () => ServerInfo;
  sessions: Sessions;
  subscriptions: Pick<Subscriptions, 'listen'>;
  capabilitiesOf: CapabilitiesOf;
  instructionsOf: InstructionsOf;
  log: Log;
}

export interface Dispatch {
  fast: FastRequest;
  http: McpHttpRequest;
  accepted: Accepted;
  /** The session that the request names. */
  session: Session | undefined;
}

/** What a call may say while it runs. */
interface Saying {
  onProgress?: Notify | undefined;
  log?: Invocation['log'];
  reach?: Reach | undefined;
}

interface Said {
  json: string;
  status: number;
  headers?: McpHttpResponse['headers'];
}

function logMessage(level: string, text: string): string {
  const method = 'notifications/message';
  return JSON.stringify({ jsonrpc: '2.0', method, params: { level, data: text } });
}

function responseOf({ json, status, headers }: Said): JsonResponse {
  const response = jsonResponse(json, status);
  return headers ? { ...response, headers: { ...response.headers, ...headers } } : response;
}

export type Dispatcher = (dispatch: Dispatch) => Promise<McpHttpResponse>;

const accepted202: McpHttpResponse = { status: 202, headers: {}, body: null };

/** Resource links came with 2025-06-18, and so did the header that names the version. */
export function knowsLinks(http: McpHttpRequest): boolean {
  const version = http.headers['mcp-protocol-version'];
  return typeof version === 'string' && version >= '2025-06-18';
}

/** What the request says about its client; undefined when nothing can be asked of it. */
function clientOf({ fast, session }: Dispatch, reach: Reach | undefined): ClientSide | undefined {
  if (fast.era === 'legacy') {
    return session && reach && { capabilities: session.capabilities, reach };
  }
  const { _meta: meta, requestState, inputResponses } = fast.params;
  const capabilities = isObject(meta) ? meta[metaKeys.clientCapabilities] : undefined;
  return { capabilities: isObject(capabilities) ? capabilities : {}, requestState, inputResponses };
}

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { catalogue, callTool, cancellation, clock, serverInfo, log } = deps;

  async function callAnswer(
    dispatch: Dispatch,
    id: RequestId,
    { onProgress, log: tell, reach }: Saying,
  ): Promise<Said> {
    const { fast, http } = dispatch;
    const { name, arguments: args, _meta: meta } = fast.params;
    const forget = fast.era === 'legacy' ? cancellation.open(http, id) : undefined;
    try {
      const answered = await callTool({
        name: String(name),
        args: isObject(args) ? args : {},
        caller: http.caller,
        workspace: http.workspace,
        callerIn: http.callerIn,
        signal: http.signal,
        linksKnown: knowsLinks(http),
        searches: http.searches,
        onProgress,
        clientName: clientNameOf(http, meta),
        client: clientOf(dispatch, reach),
        log: tell,
      });
      if ('error' in answered) {
        // A client of the stateless era looks at the status of this one (SEP-2575).
        const status = answered.error.code === rpcCodes.missingCapability ? 400 : 200;
        return { json: rpcErrorBody(id, answered.error), status };
      }
      const result = resultOf(fast.era, { ...answered.result }, serverInfo());
      const { challenge } = answered;
      const more = challenge && { headers: stepUpHeaders(challenge, http.metadataUrl()) };
      return { json: answer(id, result), status: challenge ? 403 : 200, ...more };
    } catch (error) {
      log.error('a tool result could not be written', { tool: String(name), error });
      const message = 'The result could not be written.';
      return { json: rpcErrorBody(id, { code: rpcCodes.internalError, message }), status: 200 };
    } finally {
      forget?.();
    }
  }

  async function call(dispatch: Dispatch, id: RequestId): Promise<McpHttpResponse> {
    const { fast, session, accepted } = dispatch;
    const { progressToken: token } = fast;
    if ((token === undefined && !session) || !accepted.stream) {
      return responseOf(await callAnswer(dispatch, id, {}));
    }
    return answerWhenReady(clock, async (send) => {
      const heart =
        token === undefined
          ? undefined
          : beat(clock, (progress) => send(progressMessage(token, progress)));
      const reach: Reach = async (request, signal) => {
        if (!session) throw new Error('a call without a session reached for its client');
        return session.request(request, send, signal);
      };
      try {
        const tell: Invocation['log'] = (level, text) => send(logMessage(level, text));
        const saying = { onProgress: heart?.onProgress, log: tell, reach };
        return responseOf(await callAnswer(dispatch, id, saying));
      } finally {
        heart?.stop();
      }
    });
  }

  /** A greeting: a client that can be asked something gets a session. */
  async function greet(
    { fast, http, accepted }: Dispatch,
    id: RequestId,
  ): Promise<McpHttpResponse> {
    const { capabilities: declared } = fast.params;
    const asked = accepted.stream && isObject(declared) ? declared : {};
    const instructions = await deps.instructionsOf(http);
    const session = deps.sessions.open(http, asked);
    const capabilities = deps.capabilitiesOf({ era: 'legacy', streams: session !== undefined });
    const said = { capabilities, instructions, info: serverInfo() };
    const response = jsonResponse(answer(id, initializeResult(fast.params, said)));
    if (!session) return response;
    return { ...response, headers: { ...response.headers, [sessionHeader]: session.id } };
  }

  function notified({ fast, http }: Dispatch): McpHttpResponse {
    if (fast.method === 'notifications/cancelled') {
      cancellation.cancel(http, fast.params['requestId']);
    }
    return accepted202;
  }

  async function plain({ fast, http }: Dispatch): Promise<JsonObject> {
    const { method, era } = fast;
    if (method !== 'server/discover') return {};
    const capabilities = deps.capabilitiesOf({ era, streams: true });
    return discoverResult({ capabilities, instructions: await deps.instructionsOf(http) });
  }

  return async (dispatch) => {
    const { fast, http } = dispatch;
    const { era, id, method } = fast;
    if (id === undefined) return notified(dispatch);
    if (method === 'tools/call') return call(dispatch, id);
    if (method === 'initialize') return greet(dispatch, id);
    if (method === 'subscriptions/listen') return deps.subscriptions.listen(http, id, fast.params);
    if (method === 'tools/list') {
      deps.argumentCheck.expect();
      const list = await catalogue.of(http.caller, http.workspace);
      const { head } = http.searches ? list.search : list;
      return jsonResponse(listAnswer(id, head, { era, info: serverInfo() }));
    }
    const info = method === 'server/discover' ? introduced(serverInfo()) : serverInfo();
    return jsonResponse(answer(id, resultOf(era, await plain(dispatch), info)));
  };
}
