// A small Jira of the test's own, which keeps what it is given: enough of the REST API v3 to
// create, read, search and comment, and to fail as it is told.
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';

type Json = Record<string, any>;

export interface Jira {
  origin: string;
  /** What came in, in order: method, path with query, and who it was. */
  asked: { line: string; authorization: string | undefined; body: Json | null }[];
  issues: Map<string, Json>;
  /** Answers the next request with this instead. */
  failNext(status: number, body?: unknown, headers?: Record<string, string>): void;
  stop(): Promise<void>;
}

async function bodyOf(request: IncomingMessage): Promise<Json | null> {
  let text = '';
  for await (const chunk of request) text += String(chunk);
  return text === '' ? null : JSON.parse(text);
}

export async function startJira(): Promise<Jira> {
  const asked: Jira['asked'] = [];
  const issues = new Map<string, Json>();
  let failure: { status: number; body: unknown; headers: Record<string, string> } | undefined;

  function answer(method: string, url: URL, body: Json | null): [status: number, body: unknown] {
    const [, key, part] = /^\/rest\/api\/3\/issue\/([^/]+)(?:\/(\w+))?$/.exec(url.pathname) ?? [];
    if (method === 'POST' && url.pathname === '/rest/api/3/issue') {
      const made = `PAY-${issues.size + 1}`;
      const fields = { status: { name: 'To Do' }, ...body?.['fields'] };
      issues.set(made, { key: made, fields, comments: [] });
      return [201, { id: String(issues.size), key: made }];
    }
    if (url.pathname === '/rest/api/3/search/jql') {
      const from = Number(url.searchParams.get('nextPageToken') ?? 0);
      const size = Number(url.searchParams.get('maxResults'));
      const all = [...issues.values()];
      const page = all.slice(from, from + size);
      const next = from + size < all.length ? { nextPageToken: String(from + size) } : {};
      return [200, { issues: page, ...next }];
    }
    const issue = key === undefined ? undefined : issues.get(key);
    if (!issue) return [404, { errorMessages: ['Issue does not exist'], errors: {} }];
    if (part === 'comment' && method === 'POST') {
      issue['comments'].push({ id: '1', author: { displayName: 'Ann Lee' }, body: body?.['body'] });
      return [201, { id: '1' }];
    }
    if (part === 'comment') return [200, { comments: issue['comments'] }];
    if (method === 'DELETE') return issues.delete(issue['key']) ? [204, undefined] : [404, {}];
    return [200, issue];
  }

  const server = createServer((request, response) => {
    void bodyOf(request).then((body) => {
      const { method = '', url = '' } = request;
      asked.push({ line: `${method} ${url}`, authorization: request.headers.authorization, body });
      const [status, said] = failure
        ? [failure.status, failure.body]
        : answer(method, new URL(url, 'http://jira'), body);
      response.writeHead(status, { 'content-type': 'application/json', ...failure?.headers });
      failure = undefined;
      response.end(said === undefined ? undefined : JSON.stringify(said));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    asked,
    issues,
    failNext: (status, body = {}, headers = {}) => (failure = { status, body, headers }),
    stop: () =>
      new Promise((resolve) => {
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}
