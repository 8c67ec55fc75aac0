// An HTTP exchange in this folder's own terms, so that neither the dispatcher nor the SDK's side
// knows the web framework; and the small rules about headers.
import type { IncomingHttpHeaders } from 'node:http';
import type { Readable } from 'node:stream';
import type { Caller } from '../../operation/index.ts';
import type { Framed } from './kept.ts';
import { type RequestId, rpcErrorBody } from './protocol.ts';

export interface McpHttpRequest {
  method: string;
  /** Absolute, without the query: it may hold a token. */
  url: string;
  headers: IncomingHttpHeaders;
  /** Undefined when there is none. */
  body: Buffer | undefined;
  caller: Caller;
  /** The one that the address or the token is bound to; null: any that the caller may use. */
  workspace: string | null;
  /** The same caller now, in a workspace or in none; throws what keeps the token out of it. */
  callerIn: (workspace: string | null) => Promise<Caller>;
  /** Where the document of RFC 9728 for this address is. */
  metadataUrl: () => string;
  /** The connection lists the search tools instead of all (`?tools=search`). */
  searches: boolean;
  /** Tells apart the clients of one token, together with its headers. */
  remoteAddress: string;
  /** Aborts when the client went away or canceled. */
  signal: AbortSignal;
  abort: (reason: string) => void;
}

export interface McpHttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string | Framed | Readable | null;
}

const jsonHeaders = { 'content-type': 'application/json' } as const;

export const streamHeaders = {
  'content-type': 'text/event-stream',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
} as const;

export interface JsonResponse<Body extends string | Framed = string> extends McpHttpResponse {
  body: Body;
}

export function jsonResponse<Body extends string | Framed>(
  body: Body,
  status = 200,
): JsonResponse<Body> {
  return { status, headers: jsonHeaders, body };
}

export interface Refusal {
  status: number;
  code: number;
  message: string;
  id?: RequestId | null;
}

/** An error answer in JSON-RPC's terms with its HTTP status. */
export function refusal({ status, code, message, id = null }: Refusal): McpHttpResponse {
  const allow = status === 405 ? { allow: 'POST' } : {};
  return {
    status,
    headers: { ...jsonHeaders, ...allow },
    body: rpcErrorBody(id, { code, message }),
  };
}

export interface Accepted {
  json: boolean;
  stream: boolean;
}

/** What the client takes. Hand-rolled clients send nothing or a wildcard, and mean both. */
export function acceptedBy(header: string | undefined): Accepted {
  if (header === undefined || header.trim() === '' || header.includes('*/*')) {
    return { json: true, stream: true };
  }
  return {
    json: /application\/(json|\*)/i.test(header),
    stream: /text\/(event-stream|\*)/i.test(header),
  };
}

export function isJson(contentType: string | undefined): boolean {
  return /^\s*application\/json\s*(;|$)/i.test(contentType ?? '');
}

/** One server-sent event that carries a JSON-RPC message. */
export function messageEvent(json: string): string {
  return `event: message\ndata: ${json}\n\n`;
}
