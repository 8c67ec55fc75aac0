// Streams on which the server speaks first: `subscriptions/listen` of the stateless era, and the
// GET of a session of the handshake era. Both tell that a list has changed; the first also that a
// resource has that it names.
import { type ListChanges, type ListKind, listKinds } from './list-changes.ts';
import {
  type McpHttpRequest,
  type McpHttpResponse,
  messageEvent,
  refusal,
  streamHeaders,
} from './http-messages.ts';
import type { ServerInfo } from './introduction.ts';
import { isObject, type JsonObject, metaKeys, type RequestId, rpcCodes } from './protocol.ts';
import type { ResourceChanges } from './resource-changes.ts';
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
  resourceChanges: ResourceChanges;
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

const filterOf = (kind: ListKind): string => `${kind}ListChanged`;

interface Wanted {
  kinds: ListKind[];
  uris: string[];
}

/** What is asked for; undefined when the filter is not well formed. */
function wantedOf(params: JsonObject): Wanted | undefined {
  const { notifications: filter } = params;
  if (!isObject(filter)) return undefined;
  const wants = listKinds.map((kind) => [kind, filter[filterOf(kind)] ?? false] as const);
  if (wants.some(([, wanted]) => typeof wanted !== 'boolean')) return undefined;
  const { resourceSubscriptions: uris = [] } = filter;
  if (!Array.isArray(uris) || !uris.every((uri) => typeof uri === 'string')) return undefined;
  return { kinds: wants.flatMap(([kind, wanted]) => (wanted === true ? [kind] : [])), uris };
}

const changedMethod = (kind: ListKind): string => `notifications/${kind}/list_changed`;

export function createSubscriptions(deps: SubscriptionDeps): Subscriptions {
  const { streams, changes, resourceChanges, serverInfo } = deps;

  return {
    async listen(http, id, params) {
      const wanted = wantedOf(params);
      if (!wanted) {
        const message =
          'Invalid params: notifications must be a filter of booleans and a list of resources';
        return refusal({ status: 400, code: rpcCodes.invalidParams, message, id });
      }
      const { kinds } = wanted;
      const found = await resourceChanges.find(http, wanted.uris);
      const honoured = {
        ...Object.fromEntries(kinds.map((kind) => [filterOf(kind), true])),
        ...(found.length > 0 && { resourceSubscriptions: found.map(({ uri }) => uri) }),
      };
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
      if (Object.keys(honoured).length === 0) {
        events.write(end());
        events.stream.end();
        return response;
      }
      const lost = (): void => void events.stream.end();
      const stopResources = resourceChanges.watch(http, found, {
        changed: (uri) => tell('notifications/resources/updated', { uri }),
        lost,
      });
      events.stream.once('close', stopResources);
      const changed = (kind: ListKind): void => tell(changedMethod(kind));
      events.stream.once('close', await changes.watch(http, { kinds, changed, lost }));
      return response;
    },

    async open(http) {
      const events = streams.open(http);
      if (!events) return tooMany(null);
      // Something at once, so that proxies and clients know that the stream stands.
      events.write(': open\n\n');
      const stop = await changes.watch(http, {
        kinds: listKinds,
        changed: (kind) => events.write(asMessage({ method: changedMethod(kind) })),
        lost: () => events.stream.end(),
      });
      events.stream.once('close', stop);
      return { status: 200, headers: streamHeaders, body: events.stream };
    },
  };
}
