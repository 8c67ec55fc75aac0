// The frame of every stand-in for a service: hears requests, keeps them, answers by its routes, and
// fails as it is told. What is behind the routes is the stand-in's own.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Json = Record<string, any>;

export interface Asked {
  /** Method, path and query as they came. */
  line: string;
  method: string;
  url: URL;
  headers: IncomingMessage['headers'];
  authorization: string | undefined;
  /** Of JSON the value, of a form its fields. */
  body: Json | null;
}

export type Answered = [status: number, body?: unknown];

/** By method and path, such as `GET /issues/:key`; the parts follow the request, unescaped. */
export type Routes = Record<string, (asked: Asked, ...parts: string[]) => Answered>;

export interface Upstream {
  origin: string;
  /** What came in, in order. */
  asked: Asked[];
  /** Answers the next request with this instead. */
  failNext(status: number, body?: unknown, headers?: Record<string, string>): void;
  stop(): Promise<void>;
}

/** A page of a list: `size` items from `from` on, and where the next one begins. */
export function pageOf<Item>(list: readonly Item[], from: number, size: number) {
  const next = from + size < list.length ? from + size : undefined;
  return { items: list.slice(from, from + size), next };
}

async function bodyOf(request: IncomingMessage): Promise<Json | null> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  if (text === '') return null;
  const isForm = request.headers['content-type'] === 'application/x-www-form-urlencoded';
  return isForm ? Object.fromEntries(new URLSearchParams(text)) : JSON.parse(text);
}

function routed(routes: Routes, missing: Answered) {
  const known = Object.entries(routes).map(([route, answer]) => {
    const [method, path = ''] = route.split(' ');
    return { method, pattern: new RegExp(`^${path.replaceAll(/:\w+/g, '([^/]+)')}$`), answer };
  });
  return (asked: Asked): Answered => {
    for (const { method, pattern, answer } of known) {
      const found = method === asked.method ? pattern.exec(asked.url.pathname) : null;
      if (found) return answer(asked, ...found.slice(1).map(decodeURIComponent));
    }
    return missing;
  };
}

export async function startUpstream(
  routes: Routes,
  missing: Answered = [404, { message: 'Not Found' }],
): Promise<Upstream> {
  const asked: Asked[] = [];
  const answer = routed(routes, missing);
  let failure: { status: number; body: unknown; headers: Record<string, string> } | undefined;

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '', headers } = request;
      const { authorization } = headers;
      const line = `${method} ${url}`;
      const heard = { line, method, url: new URL(url, 'http://up'), headers, authorization, body };
      asked.push(heard);
      const [status, said] = failure ? [failure.status, failure.body] : answer(heard);
      response.writeHead(status, { 'content-type': 'application/json', ...failure?.headers });
      failure = undefined;
      response.end(said === undefined ? undefined : JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    failNext: (status, body = {}, headers = {}) => (failure = { status, body, headers }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
