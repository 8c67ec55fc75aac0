// Builds the answers of the dispatcher: one JSON-RPC response as text or bytes. A modern result
// also says that it is complete, how long it may be kept, and who answers.
import {
  type Era,
  isObject,
  type JsonObject,
  legacyVersions,
  metaKeys,
  modernVersion,
  type RequestId,
  type ToolResult,
} from './protocol.ts';
import { capabilitiesOf, instructions, introduced, type ServerInfo } from './introduction.ts';

/**
 * Lists are private, and may not be kept: a deployed script is listed at once, and until list
 * changes are announced a client has no other way to learn of it.
 */
export const listCache = { ttlMs: 0, cacheScope: 'private' } as const;
/** What `server/discover` says changes only with the version of the server. */
export const discoverCache = { ttlMs: 300_000, cacheScope: 'private' } as const;

/**
 * Asked for by clients of the handshake era although not announced, and answered like Windmill
 * does. In the stateless era answering means supporting, so there they do not exist.
 */
const emptyLists: Readonly<Record<string, JsonObject>> = {
  'resources/list': { resources: [] },
  'resources/templates/list': { resourceTemplates: [] },
  'prompts/list': { prompts: [] },
};

export function emptyListOf(method: string): JsonObject | undefined {
  return Object.hasOwn(emptyLists, method) ? emptyLists[method] : undefined;
}

/** A result as the era wants it. */
export function resultOf(era: Era, result: JsonObject, info: ServerInfo): JsonObject {
  if (era === 'legacy') return result;
  const meta = isObject(result['_meta']) ? result['_meta'] : {};
  return {
    resultType: 'complete',
    ...result,
    _meta: { ...meta, [metaKeys.serverInfo]: info },
  };
}

export function answer(id: RequestId, result: JsonObject | ToolResult): string {
  return JSON.stringify({ result, jsonrpc: '2.0', id });
}

/** `streams`: whether the client gets a session, which has a stream for notices. */
export function initializeResult(
  params: JsonObject,
  info: ServerInfo,
  { streams }: { streams: boolean },
): JsonObject {
  const asked = String(params['protocolVersion']);
  return {
    protocolVersion: legacyVersions.includes(asked) ? asked : legacyVersions[0],
    capabilities: capabilitiesOf({ streams }),
    serverInfo: introduced(info),
    instructions,
  };
}

export function discoverResult(): JsonObject {
  const capabilities = capabilitiesOf({ streams: true });
  return { supportedVersions: [modernVersion], capabilities, instructions, ...discoverCache };
}

/** `tools/list` around the list's own bytes, which are not parsed or copied as text again. */
export function listAnswer(
  id: RequestId,
  list: Buffer,
  { era, info }: { era: Era; info: ServerInfo },
): Buffer {
  const rest = JSON.stringify(resultOf(era, era === 'modern' ? { ...listCache } : {}, info));
  const tail = rest === '{}' ? '}' : `,${rest.slice(1)}`;
  const head = `{"jsonrpc":"2.0","id":${JSON.stringify(id)},"result":{"tools":`;
  return Buffer.concat([Buffer.from(head), list, Buffer.from(`${tail}}`)]);
}
