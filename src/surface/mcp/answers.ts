// Builds the answers of the dispatcher: one JSON-RPC response as text, or as kept bytes with an
// end. A modern result also says that it is complete, how long it may be kept, and who answers.
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
import { introduced, type ServerInfo } from './introduction.ts';
import { type Framed, keep, type Kept } from './kept.ts';

/**
 * Lists are private, and may not be kept: a deployed script is listed at once, and until list
 * changes are announced a client has no other way to learn of it.
 */
export const listCache = { ttlMs: 0, cacheScope: 'private' } as const;
/** What `server/discover` says changes with the version of the server, and with its hints. */
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
  /** What clients put before a model. */
  instructions: string;
}

export function initializeResult(
  params: JsonObject,
  { capabilities, info, instructions }: Introduction,
): JsonObject {
  const asked = String(params['protocolVersion']);
  return {
    protocolVersion: legacyVersions.includes(asked) ? asked : legacyVersions[0],
    capabilities,
    serverInfo: introduced(info),
    instructions,
  };
}

export function discoverResult({
  capabilities,
  instructions,
}: Pick<Introduction, 'capabilities' | 'instructions'>): JsonObject {
  return { supportedVersions: [modernVersion], capabilities, instructions, ...discoverCache };
}

/** The beginning of every answer of `tools/list`; what differs comes behind it (`listAnswer`). */
export function listHead(definitions: readonly string[]): Kept {
  return keep(Buffer.from(`{"result":{"tools":[${definitions.join(',')}]`));
}

/** What every list of one era ends with, as text; it is the same as long as the server is. */
const endings = new WeakMap<ServerInfo, Partial<Record<Era, string>>>();

function endingOf({ era, info }: { era: Era; info: ServerInfo }): string {
  const known = endings.get(info) ?? {};
  endings.set(info, known);
  const kept = known[era];
  if (kept !== undefined) return kept;
  const rest = JSON.stringify(resultOf(era, era === 'modern' ? { ...listCache } : {}, info));
  return (known[era] = rest === '{}' ? '}' : `,${rest.slice(1)}`);
}

/** `tools/list` around the list's own bytes, which are neither parsed nor copied again. */
export function listAnswer(id: RequestId, head: Kept, of: { era: Era; info: ServerInfo }): Framed {
  return { head, tail: Buffer.from(`${endingOf(of)},"jsonrpc":"2.0","id":${JSON.stringify(id)}}`) };
}
