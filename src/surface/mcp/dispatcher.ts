// Answers the requests that clients send all day: calls, lists, greetings. Some 20 µs of CPU
// each, where the SDK takes hundreds; the SDK answers everything else (`sdk.ts`), and a test
// compares the two.
import type { Clock, Log } from '../../base/index.ts';
import {
  answer,
  discoverResult,
  emptyListOf,
  initializeResult,
  listAnswer,
  resultOf,
} from './answers.ts';
import type { ArgumentCheck } from './arguments.ts';
import type { CallTool } from './call-tool.ts';
import type { Cancellation } from './cancellation.ts';
import type { Catalogue } from './catalogue.ts';
import type { FastRequest } from './classify.ts';
import {
  type Accepted,
  jsonResponse,
  type McpHttpRequest,
  type McpHttpResponse,
} from './http-messages.ts';
import { answerWithProgress, type Notify } from './progress.ts';
import { isObject, type JsonObject, type RequestId, rpcCodes, rpcErrorBody } from './protocol.ts';
import type { ServerInfo } from './introduction.ts';

export interface DispatcherDeps {
  catalogue: Catalogue;
  callTool: CallTool;
  cancellation: Cancellation;
  clock: Clock;
  argumentCheck: Pick<ArgumentCheck, 'expect'>;
  serverInfo: () => ServerInfo;
  log: Log;
}

export interface Dispatch {
  fast: FastRequest;
  http: McpHttpRequest;
  accepted: Accepted;
}

export type Dispatcher = (dispatch: Dispatch) => Promise<McpHttpResponse>;

const accepted202: McpHttpResponse = { status: 202, headers: {}, body: null };

/** Resource links came with 2025-06-18, and so did the header that names the version. */
export function knowsLinks(http: McpHttpRequest): boolean {
  const version = http.headers['mcp-protocol-version'];
  return typeof version === 'string' && version >= '2025-06-18';
}

export function createDispatcher(deps: DispatcherDeps): Dispatcher {
  const { catalogue, callTool, cancellation, clock, serverInfo, log } = deps;

  async function callAnswer(
    { fast, http }: Dispatch,
    id: RequestId,
    onProgress: Notify | undefined,
  ): Promise<string> {
    const { name, arguments: args } = fast.params;
    const forget = fast.era === 'legacy' ? cancellation.open(http, id) : undefined;
    try {
      const answered = await callTool({
        name: String(name),
        args: isObject(args) ? args : {},
        caller: http.caller,
        workspace: http.workspace,
        signal: http.signal,
        linksKnown: knowsLinks(http),
        onProgress,
      });
      if ('error' in answered) {
        return rpcErrorBody(id, answered.error.code, answered.error.message);
      }
      return answer(id, resultOf(fast.era, { ...answered.result }, serverInfo()));
    } catch (error) {
      log.error('a tool result could not be written', { tool: String(name), error });
      return rpcErrorBody(id, rpcCodes.internalError, 'The result could not be written.');
    } finally {
      forget?.();
    }
  }

  async function call(dispatch: Dispatch, id: RequestId): Promise<McpHttpResponse> {
    const token = dispatch.fast.progressToken;
    if (token === undefined || !dispatch.accepted.stream) {
      return jsonResponse(await callAnswer(dispatch, id, undefined));
    }
    const run = (onProgress: Notify): Promise<string> => callAnswer(dispatch, id, onProgress);
    return answerWithProgress({ clock, token, run });
  }

  function notified({ fast, http }: Dispatch): McpHttpResponse {
    if (fast.method === 'notifications/cancelled') {
      cancellation.cancel(http, fast.params['requestId']);
    }
    return accepted202;
  }

  function plain({ method, params }: FastRequest): JsonObject {
    if (method === 'initialize') return initializeResult(params, serverInfo());
    if (method === 'server/discover') return discoverResult();
    return emptyListOf(method) ?? {};
  }

  return async (dispatch) => {
    const { fast, http } = dispatch;
    const { era, id, method } = fast;
    if (id === undefined) return notified(dispatch);
    if (method === 'tools/call') return call(dispatch, id);
    if (method === 'tools/list') {
      deps.argumentCheck.expect();
      const { json } = await catalogue.of(http.caller, http.workspace);
      return jsonResponse(listAnswer(id, json, { era, info: serverInfo() }));
    }
    return jsonResponse(answer(id, resultOf(era, plain(fast), serverInfo())));
  };
}
