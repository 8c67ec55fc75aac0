// A service of a test's own, which answers as it is told and remembers what it was asked: for what
// the vendors' documents cannot show, such as reading what was made before.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Json = Record<string, any>;

export interface Asked {
  method: string;
  /** Method and path with query. */
  line: string;
  path: string;
  query: URLSearchParams;
  headers: IncomingMessage['headers'];
  body: Json;
}

export interface StandIn {
  origin: string;
  asked: Asked[];
  /** Answers the next request with this instead. */
  failNext(status: number, body?: unknown, headers?: Record<string, string>): void;
  stop(): Promise<void>;
}

/** Text goes out as it is, everything else as JSON. */
export type Answer = [status: number, body?: unknown];

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text;
}

export async function startStandIn(answer: (asked: Asked) => Answer): Promise<StandIn> {
  const asked: Asked[] = [];
  let failure: { answer: Answer; headers: Record<string, string> } | undefined;
  const server = createServer((request, response) => {
    void textOf(request).then((text) => {
      const { method = '', url = '', headers } = request;
      const { pathname, searchParams } = new URL(url, 'http://stand-in');
      const body = text === '' ? {} : JSON.parse(text);
      const place = { path: decodeURIComponent(pathname), query: searchParams };
      const one: Asked = { method, line: `${method} ${url}`, headers, body, ...place };
      asked.push(one);
      const [status, said] = failure?.answer ?? answer(one);
      const type = typeof said === 'string' ? 'text/plain' : 'application/json';
      response.writeHead(status, { 'content-type': type, ...failure?.headers });
      failure = undefined;
      response.end(typeof said === 'string' ? said : said && JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    failNext(status, body = {}, headers = {}) {
      failure = { answer: [status, body], headers };
    },
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

/** One page of a list, and the token of the next as Google gives it. */
export function googlePage(all: readonly Json[], { query }: Asked, list: string): Answer {
  const from = Number(query.get('pageToken') ?? 0);
  const size = Number(query.get('maxResults') ?? query.get('pageSize') ?? 100);
  const next = from + size < all.length ? { nextPageToken: String(from + size) } : {};
  return [200, { [list]: all.slice(from, from + size), ...next }];
}
