// A small MCP server with OAuth documents, of which a test breaks one part: what other servers, and
// the proxies before them, do.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Sent {
  status?: number;
  headers?: Record<string, string>;
  /** An object is sent as JSON, a text as it is. */
  body?: unknown;
}

interface Asked {
  method: string;
  origin: string;
  headers: IncomingMessage['headers'];
  /** The JSON of the body; an empty object when there is none. */
  json: any;
}

export type Parts = Record<string, (asked: Asked) => Sent>;

const documents: Parts = {
  '/.well-known/oauth-protected-resource/mcp': ({ origin }) => ({
    body: { resource: `${origin}/mcp`, authorization_servers: [origin] },
  }),
  '/.well-known/oauth-authorization-server': ({ origin }) => ({
    body: {
      issuer: origin,
      authorization_endpoint: `${origin}/authorize`,
      token_endpoint: `${origin}/token`,
      registration_endpoint: `${origin}/register`,
      code_challenge_methods_supported: ['S256'],
      authorization_response_iss_parameter_supported: true,
    },
  }),
  '/register': () => ({ status: 201, body: { client_id: 'trial' } }),
  '/authorize': () => ({ headers: { 'content-type': 'text/html' }, body: '<html>login' }),
};

export const tool = (name: string, more: Record<string, unknown> = {}) => ({
  name,
  description: `Does ${name}.`,
  inputSchema: { type: 'object', properties: {} },
  ...more,
});

/** The endpoint with these tools, for the token `good`. */
export function endpoint(tools: readonly unknown[]): Parts {
  const results: Record<string, unknown> = {
    initialize: { protocolVersion: '2025-11-25', capabilities: {}, serverInfo: {} },
    'tools/list': { tools },
    'tools/call': { content: [{ type: 'text', text: 'done' }] },
    ping: {},
  };
  return {
    '/mcp': ({ headers, json, method, origin }) => {
      const about = `${origin}/.well-known/oauth-protected-resource/mcp`;
      if (headers.authorization !== 'Bearer good') {
        const challenge = `Bearer resource_metadata="${about}", scope="tools"`;
        return { status: 401, headers: { 'www-authenticate': challenge } };
      }
      if (method !== 'POST') return { status: 405 };
      if (json.id === undefined) return { status: 202 };
      const result = results[json.method];
      const error = { code: -32601, message: 'no such method' };
      return { body: { jsonrpc: '2.0', id: json.id, ...(result ? { result } : { error }) } };
    },
  };
}

async function readJson(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  try {
    return JSON.parse(Buffer.concat(parts).toString());
  } catch {
    return {};
  }
}

function send(response: ServerResponse, { status = 200, headers = {}, body }: Sent): void {
  const type = typeof body === 'object' ? { 'content-type': 'application/json' } : {};
  response.writeHead(status, { ...type, ...headers });
  response.end(typeof body === 'object' ? JSON.stringify(body) : body);
}

/** Starts the stand-in with `broken` in place of its own parts; `*` answers every other path. */
export async function startStandIn(broken: Parts = {}) {
  const parts: Parts = { ...documents, ...endpoint([]), ...broken };
  const seen: string[] = [];
  let origin = '';
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? '/', origin);
    const { method = '', headers } = request;
    seen.push(`${method} ${pathname} ${headers.authorization ?? ''}`.trim());
    void readJson(request).then((json) => {
      const part = parts[pathname] ?? parts['*'];
      send(response, part ? part({ method, origin, headers, json }) : { status: 404 });
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return {
    origin,
    url: `${origin}/mcp`,
    /** Every request that came, with its token. */
    seen,
    stop() {
      server.closeAllConnections();
      server.close();
    },
  };
}
