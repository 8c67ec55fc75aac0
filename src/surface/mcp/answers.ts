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
import { instructions, introduced, type ServerInfo } from './introduction.ts';

/**
 * Lists are private, and may not be kept: a deployed script is listed at once, and until list
 * changes are announced a client has no other way to learn of it.
 */
export const listCache = { ttlMs: 0, cacheScope: 'private' } as const;
/** What `server/discover` says changes only with the version of the server. */
export const discoverCache = { ttlMs: 300_000, cacheScope: 'private' } as const;

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

export interface Introduction {
  capabilities: JsonObject;
  info: ServerInfo;
}

export function initializeResult(
  params: JsonObject,
  { capabilities, info }: Introduction,
): JsonObject {
  const asked = String(params['protocolVersion']);
  return {
    protocolVersion: legacyVersions.includes(asked) ? asked : legacyVersions[0],
    capabilities,
    serverInfo: introduced(info),
    instructions,
  };
}

export function discoverResult({ capabilities }: Pick<Introduction, 'capabilities'>): JsonObject {
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
