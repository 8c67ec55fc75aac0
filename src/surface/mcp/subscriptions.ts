// Streams on which the server speaks first: `subscriptions/listen` of the stateless era, and the
// GET of a session of the handshake era. Both tell that the tools have changed, and nothing else.
import type { ListChanges } from './list-changes.ts';
import {
  type McpHttpRequest,
  type McpHttpResponse,
  messageEvent,
  refusal,
  streamHeaders,
} from './http-messages.ts';
import type { ServerInfo } from './introduction.ts';
import { isObject, type JsonObject, metaKeys, type RequestId, rpcCodes } from './protocol.ts';
import type { Streams } from './streams.ts';

export interface Subscriptions {
  /** Answers `subscriptions/listen`. */
  listen(http: McpHttpRequest, id: RequestId, params: JsonObject): Promise<McpHttpResponse>;
  /** Opens the stream of a session. */
  open(http: McpHttpRequest): Promise<McpHttpResponse>;
}

export interface SubscriptionDeps {
  streams: Streams;
  changes: ListChanges;
  serverInfo: () => ServerInfo;
}

const tooMany = (id: RequestId | null): McpHttpResponse =>
  refusal({
    status: 429,
    code: rpcCodes.transport,
    message: 'Too many open streams: close one before you open another.',
    id,
  });

const asMessage = (message: JsonObject): string =>
  messageEvent(JSON.stringify({ jsonrpc: '2.0', ...message }));

/** What is asked for and can be told; undefined when the filter is not well formed. */
function honouredOf(params: JsonObject): JsonObject | undefined {
  const { notifications: filter } = params;
  if (!isObject(filter)) return undefined;
  const { toolsListChanged: tools = false } = filter;
  if (typeof tools !== 'boolean') return undefined;
  return tools ? { toolsListChanged: true } : {};
}

export function createSubscriptions(deps: SubscriptionDeps): Subscriptions {
  const { streams, changes, serverInfo } = deps;

  return {
    async listen(http, id, params) {
      const asked = honouredOf(params);
      if (!asked) {
        const message = 'Invalid params: notifications must be a filter of booleans';
        return refusal({ status: 400, code: rpcCodes.invalidParams, message, id });
      }
      const { workspace } = http;
      // The list of all workspaces does not change with one of them.
      const honoured = workspace === null ? {} : asked;
      const key = { [metaKeys.subscriptionId]: id };
      const end = (): string => {
        const meta = { ...key, [metaKeys.serverInfo]: serverInfo() };
        return asMessage({ id, result: { resultType: 'complete', _meta: meta } });
      };
      const events = streams.open(http, end);
      if (!events) return tooMany(id);
      const tell = (method: string, more: JsonObject = {}): void =>
        events.write(asMessage({ method, params: { ...more, _meta: key } }));
      tell('notifications/subscriptions/acknowledged', { notifications: honoured });
      const response = { status: 200, headers: streamHeaders, body: events.stream };
      if (workspace === null || Object.keys(honoured).length === 0) {
        events.write(end());
        events.stream.end();
        return response;
      }
      const stop = await changes.watch(
        { ...http, workspace },
        {
          changed: () => tell('notifications/tools/list_changed'),
          lost: () => events.stream.end(),
        },
      );
      events.stream.once('close', stop);
      return response;
    },

    async open(http) {
      const events = streams.open(http);
      if (!events) return tooMany(null);
      const { workspace } = http;
      // Something at once, so that proxies and clients know that the stream stands.
      events.write(': open\n\n');
      if (workspace !== null) {
        const told = asMessage({ method: 'notifications/tools/list_changed' });
        const stop = await changes.watch(
          { ...http, workspace },
          { changed: () => events.write(told), lost: () => events.stream.end() },
        );
        events.stream.once('close', stop);
      }
      return { status: 200, headers: streamHeaders, body: events.stream };
    },
  };
}
