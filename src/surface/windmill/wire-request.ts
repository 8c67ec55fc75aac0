// A request as the rows of the tables see it: parameters and paths that were checked, query
// values, the body. No web framework beyond this file and `routes.ts`.
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { createQuery, type Query } from './query.ts';

/** A parsed body with its text. */
export interface WireBody {
  kind: 'json' | 'form' | 'text' | 'multipart';
  value: unknown;
  text: string;
}

export interface WireRequest {
  method: string;
  query: Query;
  body: WireBody | undefined;
  /** One value of a header. */
  header(name: string): string | undefined;
  /** The names of all headers, in lower case. */
  headerNames(): string[];
  /** A `:name` of the address; throws `invalid_input` when it cannot be one. */
  param(name: string): string;
  /** The `*` of the address: an item's path. Throws `invalid_input` for anything that is none. */
  path(): string;
  /** The same of an address that may end in a slash, and whether it does. */
  folderPath(): { path: string; isFolder: boolean };
  /** The `*` of the address as plain text, whatever it holds. */
  rest(): string;
  /** The body as an object; an absent one is empty. */
  fields(): Record<string, unknown>;
  /** A browser opens the address, or something opens it ahead for one: it wants to see a page. */
  wantsPage: boolean;
  /** Sent by Windmill's command line, which counts some lists from page 0. */
  fromCli: boolean;
  /** The parser of bodies, with its limits, for JSON that comes in the address. */
  parseJson(text: string): unknown;
}

// oxlint-disable-next-line no-control-regex -- control characters are what is looked for
const control = /[\u0000-\u001f\u007f]/;

function refused(what: string): AppError {
  return new AppError('invalid_input', `The path in the address ${what}.`, {
    hint: 'A path looks like f/folder/name; escape odd characters, but not its slashes.',
  });
}

/** Decodes one segment; throws `invalid_input` for what could lead somewhere else. */
function segmentOf(raw: string): string {
  let segment: string;
  try {
    segment = decodeURIComponent(raw);
  } catch {
    throw refused('has a broken %-escape');
  }
  if (segment === '') throw refused('has an empty part');
  if (segment === '.' || segment === '..') throw refused('has a part that is . or ..');
  if (/[/\\]/.test(segment)) throw refused('has an escaped slash or a backslash');
  if (control.test(segment)) throw refused('has a control character');
  return segment;
}

/** The raw segments behind `pattern`'s `*`, each decoded alone: `%2F` must not become a slash. */
function wildcardPath(url: string, pattern: string): string {
  const before = pattern.split('/').length - 1;
  const [address = ''] = url.split('?', 1);
  return address.split('/').slice(before).map(segmentOf).join('/');
}

/** What stands behind `pattern`'s `*`, decoded at once: it is no path, so slashes are only text. */
function plainRest(url: string, pattern: string): string {
  const [address = ''] = url.split('?', 1);
  const before = pattern.split('/').length - 1;
  try {
    return decodeURIComponent(address.split('/').slice(before).join('/'));
  } catch {
    throw refused('has a broken %-escape');
  }
}

export interface WireRequestDeps {
  bodyOf: (request: FastifyRequest) => WireBody | undefined;
  parseJson: (text: string) => unknown;
}

export function wireRequest(request: FastifyRequest, deps: WireRequestDeps): WireRequest {
  const header = (name: string): string | undefined => {
    const value = request.headers[name.toLowerCase()];
    return Array.isArray(value) ? value.join(', ') : value;
  };
  const body = deps.bodyOf(request);
  return {
    method: request.method,
    query: createQuery(request.query, deps.parseJson),
    body,
    header,
    headerNames: () => Object.keys(request.headers),
    param(name) {
      const value = (request.params as Record<string, string | undefined>)[name] ?? '';
      if (value === '' || value === '.' || value === '..' || /[/\\]/.test(value)) {
        throw refused('has a part that names nothing');
      }
      if (control.test(value)) throw refused('has a control character');
      return value;
    },
    path: () => wildcardPath(request.raw.url ?? '', request.routeOptions.url ?? ''),
    folderPath() {
      const [address = ''] = (request.raw.url ?? '').split('?', 1);
      const isFolder = address.endsWith('/');
      const whole = isFolder ? address.slice(0, -1) : address;
      return { path: wildcardPath(whole, request.routeOptions.url ?? ''), isFolder };
    },
    rest: () => plainRest(request.raw.url ?? '', request.routeOptions.url ?? ''),
    fields() {
      if (body === undefined) return {};
      const { value } = body;
      if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
        return value as Record<string, unknown>;
      }
      throw new AppError('invalid_input', 'The body must be a JSON object.');
    },
    wantsPage:
      header('sec-fetch-mode') === 'navigate' ||
      header('sec-purpose')?.startsWith('prefetch') === true ||
      header('accept')?.includes('text/html') === true,
    fromCli: header('x-windmill-client') === 'cli',
    parseJson: deps.parseJson,
  };
}
