// Mounts the endpoint on the web server at all its addresses, with and without a trailing slash.
// Behind `/sse` is the same transport, and the old HTTP+SSE one for who opens it with GET. A
// browser gets a page. Origin and caller are checked before the body is read.
import type { OutgoingHttpHeaders, ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import { originAllowed, refuseAuthentication, refuseCaller } from './access.ts';
import { acceptedBy, type McpHttpRequest, type McpHttpResponse, refusal } from './http-messages.ts';
import { type Framed, packedParts, plainParts, takesGzip } from './kept.ts';
import type { Mcp } from './mcp.ts';
import { rpcCodes } from './protocol.ts';
import { sessionHeader } from './sessions.ts';

export interface McpRouteOptions {
  /** Who knocks, in that workspace; throws `unauthenticated` for a missing or wrong token. */
  admit: (request: FastifyRequest, workspace: string | null) => Promise<Caller>;
  /** The same caller in another workspace: who was admitted once is not counted again. */
  callerIn: (request: FastifyRequest, workspace: string | null) => Promise<Caller>;
  /** Tells a person with a browser how to connect. */
  page: (reply: FastifyReply, address: string, workspace: string | null) => FastifyReply;
  /** `path` with the token that stood in the request's address, if one did. */
  withToken: (request: FastifyRequest, path: string) => string;
  /** Where the document of RFC 9728 for an address is. */
  metadataUrl: (path: string) => string;
  /** This address alone. */
  only?: string;
}

const maxBodyBytes = 4 * 1024 * 1024;
const base = '/api/mcp/w/:workspace';
/** Address → does it speak the old transport too? */
const addresses: readonly (readonly [string, boolean])[] = [
  [`${base}/mcp`, false],
  [`${base}/sse`, true],
  ['/api/mcp/gateway', false],
  ['/api/mcp', false],
  ['/mcp', false],
];

/** Who came, to which workspace. */
interface Visitor {
  caller: Caller;
  workspace: string | null;
}

const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '';

function namedWorkspace(request: FastifyRequest): string | null {
  const { workspace } = request.params as { workspace?: string };
  return workspace ?? null;
}

/** A person who opens the address, not a program. */
function isBrowser({ method, headers }: FastifyRequest): boolean {
  const { accept = '' } = headers;
  return method === 'GET' && /\btext\/html\b/i.test(accept) && !/event-stream/i.test(accept);
}

/** A GET of the transport that has a stream for all answers: newer clients name a version. */
function opensOldStream({ method, headers }: FastifyRequest): boolean {
  if (method !== 'GET' || headers['mcp-protocol-version'] !== undefined) return false;
  return headers[sessionHeader] === undefined && acceptedBy(headers.accept).stream;
}

/** Up to here bytes as a string are cheaper: Node writes a string with its head at once. */
const maxWholeBytes = 16_384;

/** An answer that is ready goes past the framework, which would look at its type and copy it. */
function sendReady(reply: FastifyReply, length: number): ServerResponse {
  const { raw } = reply.header('content-length', length).hijack();
  return raw.writeHead(reply.statusCode, reply.getHeaders() as OutgoingHttpHeaders);
}

function sendText(reply: FastifyReply, text: string): FastifyReply {
  sendReady(reply, Buffer.byteLength(text)).end(text);
  return reply;
}

function sendParts(reply: FastifyReply, parts: readonly Buffer[]): FastifyReply {
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  const raw = sendReady(reply, length);
  if (length <= maxWholeBytes) {
    raw.end(parts.map((part) => part.toString('latin1')).join(''), 'latin1');
  } else {
    for (const part of parts.slice(0, -1)) raw.write(part);
    raw.end(parts.at(-1));
  }
  return reply;
}

async function sendKept(reply: FastifyReply, framed: Framed): Promise<FastifyReply> {
  const wanted = takesGzip(reply.request.headers['accept-encoding']);
  const packed = wanted ? await packedParts(framed) : undefined;
  reply.header('vary', 'accept-encoding');
  if (packed) reply.header('content-encoding', 'gzip');
  return sendParts(reply, packed ?? plainParts(framed));
}

function send(
  reply: FastifyReply,
  { status, headers, body }: McpHttpResponse,
): FastifyReply | Promise<FastifyReply> {
  reply.code(status).headers(headers);
  if (body === null) return reply.send();
  if (body instanceof Readable) return reply.send(body);
  return typeof body === 'string' ? sendText(reply, body) : sendKept(reply, body);
}

/** What went wrong outside a tool, as an answer in the endpoint's own words. */
function ofError(error: AppError | { statusCode?: number; code?: string }): McpHttpResponse {
  const { transport, internalError } = rpcCodes;
  if (error instanceof AppError) {
    return refusal({ status: error.status, code: transport, message: error.message });
  }
  if (error.statusCode === 413) {
    const message = `Payload Too Large: a body may have ${maxBodyBytes} bytes`;
    return refusal({ status: 413, code: transport, message });
  }
  const { code } = error;
  if (code === 'ECONNRESET' || code === 'ERR_STREAM_PREMATURE_CLOSE') {
    return refusal({ status: 499, code: transport, message: 'The client went away' });
  }
  const status = error.statusCode ?? 500;
  if (status < 500) return refusal({ status, code: transport, message: 'Bad Request' });
  return refusal({ status: 500, code: internalError, message: 'Internal server error' });
}

/** `?tools=search` lists the three search tools instead of all, on this connection. */
function searchesOf({ query }: FastifyRequest): boolean {
  const { tools } = query as { tools?: unknown };
  if (tools === undefined || tools === 'all') return false;
  if (tools === 'search') return true;
  const message = 'The address says ?tools= what is not known: search and all are accepted.';
  throw new AppError('invalid_input', message);
}

interface ExchangeParts extends Pick<McpRouteOptions, 'callerIn'> {
  visitor: Visitor;
  mcp: Mcp;
  metadataUrl: () => string;
}

function exchangeOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { visitor, mcp, callerIn, metadataUrl }: ExchangeParts,
): McpHttpRequest {
  const gone = new AbortController();
  const abort = (reason: string): void => gone.abort(new DOMException(reason, 'AbortError'));
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished && !mcp.draining()) abort('the client went away');
  });
  return {
    ...visitor,
    callerIn: (workspace) => callerIn(request, workspace),
    method: request.method,
    url: mcp.origin() + pathOf(request),
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : undefined,
    metadataUrl,
    searches: searchesOf(request),
    remoteAddress: request.ip,
    signal: gone.signal,
    abort,
  };
}

/**
 * The routes as a Fastify plugin for `mcp`; register it without a prefix. It brings its own body
 * parser and error answers, which stay inside the plugin.
 */
export function mcpRoutes(mcp: Mcp, options: McpRouteOptions) {
  const { admit, callerIn, page, metadataUrl, withToken, only } = options;
  return async function routes(app: FastifyInstance): Promise<void> {
    app.decorateRequest('visitor', null);
    app.addHook('preClose', async () => mcp.drain());
    app.addHook('onClose', () => mcp.stop());
    app.removeAllContentTypeParsers();
    // The bytes as they are: the era's own rules say what a wrong type or bad JSON answers.
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, done) => done(null, body),
    );
    app.setErrorHandler(async (error: { statusCode?: number }, _request, reply) => {
      const response = ofError(error);
      if (response.status === 500) mcp.log.error('an MCP request failed', { error });
      return send(reply, response);
    });

    function metadataUrlOf(request: FastifyRequest): string {
      return metadataUrl(pathOf(request).replace(/\/$/, ''));
    }

    async function visitorOf(request: FastifyRequest): Promise<Visitor> {
      const workspace = namedWorkspace(request);
      const caller = await admit(request, workspace);
      const { boundWorkspace } = caller;
      if (workspace !== null || boundWorkspace === null) return { caller, workspace };
      return { caller: await callerIn(request, boundWorkspace), workspace: boundWorkspace };
    }

    async function knock(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
      if (!originAllowed(request.headers.origin, mcp.origin())) {
        const message = 'Forbidden: requests from this Origin are not taken';
        return send(reply, refusal({ status: 403, code: rpcCodes.transport, message }));
      }
      if (isBrowser(request)) {
        const address = mcp.origin() + pathOf(request).replace(/\/$/, '');
        return page(reply, address, namedWorkspace(request));
      }
      try {
        request.setDecorator('visitor', await visitorOf(request));
        return undefined;
      } catch (error) {
        const hadToken = request.headers.authorization !== undefined;
        return send(
          reply,
          refuseAuthentication(error, { metadataUrl: metadataUrlOf(request), hadToken }),
        );
      }
    }

    /** Knocks, and comes in where a tool may be meant for the caller. */
    async function enter(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
      const answer = await knock(request, reply);
      if (answer !== undefined) return answer;
      const visitor = request.getDecorator<Visitor>('visitor');
      const refused = refuseCaller(visitor, () => metadataUrlOf(request));
      return refused ? send(reply, refused) : undefined;
    }

    async function answered(request: FastifyRequest, reply: FastifyReply, old: boolean) {
      const exchange = exchangeOf(request, reply, {
        visitor: request.getDecorator<Visitor>('visitor'),
        mcp,
        callerIn,
        metadataUrl: () => metadataUrlOf(request),
      });
      if (!old) return mcp.handle(exchange);
      if (opensOldStream(request)) {
        const address = (id: string): string => `${pathOf(request)}?sessionId=${id}`;
        return mcp.oldSse.open(exchange, (id) => withToken(request, address(id)));
      }
      const { sessionId } = request.query as { sessionId?: unknown };
      if (request.method !== 'POST' || typeof sessionId !== 'string') return mcp.handle(exchange);
      return mcp.oldSse.take(exchange, sessionId);
    }

    for (const [address, old] of only === undefined ? addresses : [[only, false] as const]) {
      for (const url of [address, `${address}/`]) {
        app.all(url, { onRequest: [enter] }, async (request, reply) =>
          send(reply, await answered(request, reply, old)),
        );
      }
    }
    if (only !== undefined) return;
    for (const address of [`${base}/list_tools`, `${base}/list_tools/`]) {
      app.get(address, { onRequest: [knock] }, async () => mcp.listTools());
    }
  };
}
