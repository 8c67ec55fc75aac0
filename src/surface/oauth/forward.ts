// Hands a request of ours to the authorization server, which speaks Node's own request and
// response. It sees what the route decided: the address, the body, and where people reach us.
import { IncomingMessage, type IncomingHttpHeaders } from 'node:http';
import type { FastifyReply, FastifyRequest } from 'fastify';

export interface Forwarded {
  /** Path and query as the authorization server is to see them. */
  url: string;
  origin: string;
  /** The body; left out: the one that came. */
  body?: string;
  contentType?: string;
}

/** Headers that may not say anything: the origin is known, and the body may be another. */
const taken = /^(?:host|content-length|transfer-encoding|expect|x-forwarded-.*|forwarded)$/;

function headersFor(
  given: IncomingHttpHeaders,
  { origin, contentType }: Forwarded,
  body: Buffer,
): IncomingHttpHeaders {
  const { host, protocol } = new URL(origin);
  const kept = Object.fromEntries(Object.entries(given).filter(([name]) => !taken.test(name)));
  return {
    ...kept,
    host,
    'x-forwarded-proto': protocol.slice(0, -1),
    'content-length': String(body.length),
    ...(contentType !== undefined && { 'content-type': contentType }),
  };
}

/** The request to hand on, with its body still to be read. */
export function forwardedRequest(request: FastifyRequest, forwarded: Forwarded): IncomingMessage {
  const came = Buffer.isBuffer(request.body) ? request.body : Buffer.alloc(0);
  const body = forwarded.body === undefined ? came : Buffer.from(forwarded.body);
  const inner = new IncomingMessage(request.raw.socket);
  inner.method = request.method;
  inner.url = forwarded.url;
  inner.headers = headersFor(request.headers, forwarded, body);
  // It came whole: its end must not take the connection for a broken one, and close it.
  inner.complete = true;
  if (body.length > 0) inner.push(body);
  inner.push(null);
  return inner;
}

type Callback = (request: IncomingMessage, response: FastifyReply['raw']) => Promise<void> | void;

/** Lets the authorization server answer the request itself. */
export async function forward(
  reply: FastifyReply,
  inner: IncomingMessage,
  callback: Callback,
): Promise<void> {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) reply.raw.setHeader(name, value);
  }
  reply.hijack();
  await callback(inner, reply.raw);
}
