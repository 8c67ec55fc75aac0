// Mounts the endpoint on the web server: `/mcp`, and `/sse` as another name of the same
// Streamable HTTP transport (never the old HTTP+SSE one), with and without a trailing slash.
// Origin and caller are checked before the body is read.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import { originAllowed, refuseAuthentication, refuseCaller } from './access.ts';
import { type McpHttpRequest, type McpHttpResponse, refusal } from './http-messages.ts';
import type { Mcp } from './mcp.ts';
import { rpcCodes } from './protocol.ts';

export interface McpRouteOptions {
  /** Throws `unauthenticated` for a missing or wrong token. */
  authenticate: (request: FastifyRequest, purpose: 'mcp') => Promise<Caller>;
  /** Where the document of RFC 9728 for an address is. */
  metadataUrl: (path: string) => string;
}

const maxBodyBytes = 4 * 1024 * 1024;
const base = '/api/mcp/w/:workspace';
const addresses = ['mcp', 'mcp/', 'sse', 'sse/'].map((end) => `${base}/${end}`);

interface Params {
  workspace: string;
}

async function send(reply: FastifyReply, response: McpHttpResponse): Promise<FastifyReply> {
  reply.code(response.status).headers(response.headers);
  return response.body === null ? reply.send() : reply.send(response.body);
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

function exchangeOf(
  request: FastifyRequest,
  reply: FastifyReply,
  { caller, mcp }: { caller: Caller; mcp: Mcp },
): McpHttpRequest {
  const gone = new AbortController();
  const abort = (reason: string): void => gone.abort(new DOMException(reason, 'AbortError'));
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished && !mcp.draining()) abort('the client went away');
  });
  const { workspace } = request.params as Params;
  const [path = ''] = request.url.split('?', 1);
  return {
    method: request.method,
    url: mcp.origin() + path,
    headers: request.headers,
    body: Buffer.isBuffer(request.body) ? request.body : undefined,
    caller,
    workspace,
    remoteAddress: request.ip,
    signal: gone.signal,
    abort,
  };
}

/**
 * The routes as a Fastify plugin for `mcp`; register it without a prefix. It brings its own body
 * parser and error answers, which stay inside the plugin.
 */
export function mcpRoutes(mcp: Mcp, { authenticate, metadataUrl }: McpRouteOptions) {
  return async function routes(app: FastifyInstance): Promise<void> {
    const callers = new WeakMap<FastifyRequest, Caller>();
    app.addHook('preClose', async () => mcp.drain());
    app.addHook('onClose', () => mcp.stop());
    app.removeAllContentTypeParsers();
    // The bytes as they are: the era's own rules say what a wrong type or bad JSON answers.
    app.addContentTypeParser(
      '*',
      { parseAs: 'buffer', bodyLimit: maxBodyBytes },
      (_request, body, done) => done(null, body),
    );
    app.setErrorHandler((error: { statusCode?: number }, _request, reply) => {
      const response = ofError(error);
      if (response.status === 500) mcp.log.error('an MCP request failed', { error });
      return send(reply, response);
    });

    function metadataUrlOf(request: FastifyRequest): string {
      const [path = ''] = request.url.split('?', 1);
      return metadataUrl(path.replace(/\/$/, ''));
    }

    async function knock(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
      if (!originAllowed(request.headers.origin, mcp.origin())) {
        const message = 'Forbidden: requests from this Origin are not taken';
        return send(reply, refusal({ status: 403, code: rpcCodes.transport, message }));
      }
      try {
        callers.set(request, await authenticate(request, 'mcp'));
        return undefined;
      } catch (error) {
        const hadToken = request.headers.authorization !== undefined;
        return send(
          reply,
          refuseAuthentication(error, { metadataUrl: metadataUrlOf(request), hadToken }),
        );
      }
    }

    async function enter(request: FastifyRequest, reply: FastifyReply): Promise<unknown> {
      const caller = callers.get(request);
      const refused = caller && refuseCaller(caller, metadataUrlOf(request));
      return refused ? send(reply, refused) : undefined;
    }

    for (const address of addresses) {
      app.all(address, { onRequest: [knock, enter] }, async (request, reply) => {
        const caller = callers.get(request);
        if (!caller) throw new Error('a request came past the check of its caller');
        const exchange = exchangeOf(request, reply, { caller, mcp });
        return send(reply, await mcp.handle(exchange));
      });
    }
    for (const address of [`${base}/list_tools`, `${base}/list_tools/`]) {
      app.get(address, { onRequest: [knock] }, async () => mcp.listTools());
    }
  };
}
