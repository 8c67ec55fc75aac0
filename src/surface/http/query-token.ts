// Takes `?token=` out of a request's address before anything else sees the address: no log line,
// no route, no script that asks for query values. Who may send one is decided in `authenticate`.
import type { IncomingMessage } from 'node:http';

const taken = new WeakMap<IncomingMessage, readonly string[]>();

function decoded(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

/** Fastify's `rewriteUrl`: answers the address without its tokens and remembers them. */
export function takeQueryToken(request: IncomingMessage): string {
  const url = request.url ?? '/';
  const start = url.indexOf('?');
  if (start === -1) return url;
  const tokens: string[] = [];
  const kept = url
    .slice(start + 1)
    .split('&')
    .filter((part) => {
      const [name = '', ...value] = part.split('=');
      if (decoded(name)?.toLowerCase() !== 'token') return true;
      tokens.push(decoded(value.join('=')) ?? '');
      return false;
    });
  if (tokens.length === 0) return url;
  taken.set(request, tokens);
  const path = url.slice(0, start);
  const clean = kept.length > 0 ? `${path}?${kept.join('&')}` : path;
  // Node's own property too: what reads the raw request must not find it either.
  request.url = clean;
  return clean;
}

/** The tokens that stood in the address; more than one is a mistake. */
export function queryTokensOf(request: IncomingMessage): readonly string[] {
  return taken.get(request) ?? [];
}
