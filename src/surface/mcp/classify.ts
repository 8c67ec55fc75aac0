// Decides whether a request is one that the dispatcher answers itself: well-formed, of a known
// era, with headers that agree with the body. Everything else, right or wrong, is the SDK's
// business; nothing has happened yet when this says so. Pure.
import type { IncomingHttpHeaders } from 'node:http';
import {
  type Era,
  isObject,
  type JsonObject,
  legacyVersions,
  metaKeys,
  modernVersion,
  type RequestId,
} from './protocol.ts';

export interface FastRequest {
  era: Era;
  method: string;
  /** Undefined for notifications. */
  id: RequestId | undefined;
  params: JsonObject;
  progressToken: RequestId | undefined;
}

const noParams: JsonObject = Object.freeze({});
const methodsOf: Readonly<Record<Era, ReadonlySet<string>>> = {
  modern: new Set(['tools/call', 'tools/list', 'server/discover', 'subscriptions/listen']),
  legacy: new Set([
    'tools/call',
    'tools/list',
    'initialize',
    'ping',
    // Taken from clients that ask, and nothing is ever logged to them.
    'logging/setLevel',
  ]),
};
const messageKeys = new Set(['jsonrpc', 'id', 'method', 'params']);
/** Parameters that need more than a plain answer: pages, tasks; and another round of no call. */
const unusualParams = ['cursor', 'task'];
const roundParams = ['inputResponses', 'requestState'];

function isRequestId(value: unknown): value is RequestId {
  return typeof value === 'string' || Number.isSafeInteger(value);
}

function headerOf(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : undefined;
}

/** Client capabilities and identity, shallowly: the SDK judges whatever looks unfamiliar. */
function envelopeIsPlain(meta: JsonObject): boolean {
  const declared = meta[metaKeys.clientCapabilities];
  if (!isObject(declared) || !Object.values(declared).every(isObject)) return false;
  const info = meta[metaKeys.clientInfo];
  if (info === undefined) return true;
  return isObject(info) && typeof info['name'] === 'string' && typeof info['version'] === 'string';
}

function modernAgrees(headers: IncomingHttpHeaders, method: string, params: JsonObject): boolean {
  if (headerOf(headers, 'mcp-protocol-version') !== modernVersion) return false;
  if (headerOf(headers, 'mcp-method') !== method) return false;
  if (method !== 'tools/call') return true;
  // A name in the base64 form of the header is legal; the SDK reads it.
  return headerOf(headers, 'mcp-name') === params['name'];
}

/** The era of a well-formed message, or undefined where the SDK has to judge it. */
function eraOf(
  headers: IncomingHttpHeaders,
  method: string,
  { params, meta }: { params: JsonObject; meta: JsonObject },
): Era | undefined {
  const version = headerOf(headers, 'mcp-protocol-version');
  if (metaKeys.protocolVersion in meta) {
    const plain =
      meta[metaKeys.protocolVersion] === modernVersion &&
      meta[metaKeys.logLevel] === undefined &&
      envelopeIsPlain(meta) &&
      modernAgrees(headers, method, params);
    return plain ? 'modern' : undefined;
  }
  if (version === undefined || legacyVersions.includes(version)) return 'legacy';
  // An initialize names its version in the body; the header is not looked at (SDK).
  return method === 'initialize' && version !== modernVersion ? 'legacy' : undefined;
}

function paramsFit(method: string, params: JsonObject): boolean {
  if (unusualParams.some((name) => name in params)) return false;
  if (method === 'tools/call') {
    const { name, arguments: args } = params;
    return typeof name === 'string' && (args === undefined || isObject(args));
  }
  if (roundParams.some((name) => name in params)) return false;
  if (method !== 'initialize') return true;
  const { protocolVersion, capabilities, clientInfo } = params;
  return (
    typeof protocolVersion === 'string' &&
    isObject(capabilities) &&
    Object.values(capabilities).every(isObject) &&
    isObject(clientInfo) &&
    typeof clientInfo['name'] === 'string' &&
    typeof clientInfo['version'] === 'string'
  );
}

/** The request in the dispatcher's terms; undefined when it is the SDK's. */
export function classify(headers: IncomingHttpHeaders, body: unknown): FastRequest | undefined {
  if (!isObject(body) || body['jsonrpc'] !== '2.0') return undefined;
  const { id, method, params = noParams } = body;
  if (typeof method !== 'string' || !isObject(params)) return undefined;
  for (const key in body) if (!messageKeys.has(key)) return undefined;
  const meta = params['_meta'] ?? noParams;
  if (!isObject(meta)) return undefined;
  const era = eraOf(headers, method, { params, meta });
  if (era === undefined) return undefined;
  if (id === undefined) {
    // Modern clients send no notifications over HTTP; those that do get the SDK's answer.
    const known = era === 'legacy' && method.startsWith('notifications/') && !('id' in body);
    return known ? { era, method, id, params, progressToken: undefined } : undefined;
  }
  if (!isRequestId(id) || !methodsOf[era].has(method) || !paramsFit(method, params)) {
    return undefined;
  }
  const token = meta['progressToken'];
  if (token !== undefined && !isRequestId(token)) return undefined;
  return { era, method, id, params, progressToken: token };
}

/** Deeper bodies are refused: walking them by recursion would exhaust the stack. */
export const maxBodyDepth = 128;

export function isDeeperThan(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  for (const key in value) {
    if (isDeeperThan((value as JsonObject)[key], levels - 1)) return true;
  }
  return false;
}
