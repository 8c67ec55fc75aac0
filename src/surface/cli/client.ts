// The command line's own HTTP client. It is a program that talks to a server, not a part of the
// server, so it does not go through egress: the one exception to the rule about `fetch`.
// No message that leaves here holds the token.
import {
  AppError,
  type ClientConfig,
  type ErrorCode,
  messageOf,
  monotonicMs,
  statusOfCode,
  version,
} from '../../base/index.ts';

export interface CallOptions {
  signal?: AbortSignal | undefined;
  /** How long the answer may take; 60 s when absent. */
  timeoutMs?: number;
}

export interface Client {
  readonly url: string;
  readonly workspace: string;
  /** Calls the operation `name`; throws the server's `AppError`, or `unavailable`. */
  call<Output>(name: string, input?: object, options?: CallOptions): Promise<Output>;
  /** Reads a public document of the server, such as `/api/openapi.json`. */
  read<Document>(path: string, options?: CallOptions): Promise<Document>;
  /** The same server with another token. */
  withToken(token: string | undefined): Client;
}

export interface ClientDeps {
  config: Pick<ClientConfig, 'url' | 'token' | 'workspace'>;
  /** Told of each request and answer, for --debug. */
  trace?: ((line: string) => void) | undefined;
}

const defaultTimeoutMs = 60_000;

const connectionReasons: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there',
  ENOTFOUND: 'the name is unknown',
  EAI_AGAIN: 'the name cannot be looked up',
  ECONNRESET: 'the connection was cut',
  UND_ERR_SOCKET: 'the connection was cut',
  EHOSTUNREACH: 'there is no way to that machine',
  ENETUNREACH: 'there is no way to that network',
  ETIMEDOUT: 'it does not answer',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer',
  UND_ERR_HEADERS_TIMEOUT: 'it does not answer',
};

/** The system's code of a failed connection; `fetch` hides it in causes, some of them lists. */
function connectionCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code } = error as NodeJS.ErrnoException;
  if (typeof code === 'string') return code;
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error.cause;
  return connectionCode(first);
}

/** A request that got no answer, as a sentence for people. */
export function unreachable(url: string, error: unknown): AppError {
  const code = connectionCode(error) ?? '';
  if (/CERT|SELF_SIGNED|UNABLE_TO_/.test(code)) {
    return new AppError('unavailable', `The certificate of ${url} is not trusted (${code}).`, {
      hint: 'Point NODE_EXTRA_CA_CERTS at the certificate of your authority.',
    });
  }
  const cause = error instanceof Error ? error.cause : undefined;
  // Without a code it is fetch itself that refuses: `bad port` for those of other protocols.
  const reason = connectionReasons[code] ?? (code || messageOf(cause ?? error));
  const local = /\/\/(?:127\.|localhost|\[::1\])/.test(url);
  return new AppError('unavailable', `No server at ${url}: ${reason}.`, {
    hint: local
      ? 'Start one with "millrace start", or set MILLRACE_URL to the address of yours.'
      : 'Check MILLRACE_URL, and that the server runs.',
    details: { unreachable: true },
  });
}

/** Did the request fail before the server answered, so that a patient caller may ask again? */
export function wasUnreachable(error: unknown): boolean {
  return error instanceof AppError && error.details?.['unreachable'] === true;
}

function notMillrace(url: string, what: string): AppError {
  return new AppError('unavailable', `${url} answers, but not as a Millrace server (${what}).`, {
    hint: 'Set MILLRACE_URL to the address that the server prints when it starts.',
  });
}

interface Refusal {
  code?: unknown;
  message?: unknown;
  hint?: unknown;
  details?: unknown;
}

function refusalIn(body: unknown): Refusal {
  const error = (body as { error?: unknown } | null | undefined)?.error;
  return typeof error === 'object' && error !== null ? error : {};
}

function codeOf(code: unknown, status: number): ErrorCode {
  const codes = Object.keys(statusOfCode) as ErrorCode[];
  const named = codes.find((known) => known === code);
  return named ?? codes.find((known) => statusOfCode[known] === status) ?? 'internal';
}

interface Asked {
  hasToken: boolean;
  /** The operation; undefined for a document. */
  name: string | undefined;
}

/** The server's refusal as an error for people; a missing or dead token gets the way to one. */
function refused(status: number, body: unknown, { hasToken, name }: Asked): AppError {
  const { code, message, hint, details } = refusalIn(body);
  const known = codeOf(code, status);
  if (known === 'unauthenticated' && !hasToken) {
    return new AppError(known, 'This needs a token, and MILLRACE_TOKEN is not set.', {
      hint: 'export MILLRACE_TOKEN=$(millrace token create --email you@example.com)',
    });
  }
  const sentence = typeof message === 'string' ? message : `The server answered ${status}.`;
  // The server points programs to its document; here help says the same.
  const own = typeof hint === 'string' && hint.startsWith('GET /api/openapi.json') && name;
  return new AppError(known, sentence, {
    ...(typeof hint === 'string' ? { hint: own ? `See: millrace op ${name} --help` : hint } : {}),
    ...(typeof details === 'object' && details !== null ? { details: { server: details } } : {}),
  });
}

async function jsonOf(response: Response, url: string): Promise<unknown> {
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  if (text === '') return undefined;
  if (!/\bjson\b/.test(type)) throw notMillrace(url, `${response.status}, ${type || 'no type'}`);
  try {
    return JSON.parse(text);
  } catch {
    throw notMillrace(url, 'its JSON is broken');
  }
}

interface Sent {
  /** The operation. */
  name?: string;
  method: 'GET' | 'POST';
  headers?: Record<string, string>;
  body?: string;
}

export function createClient({ config, trace }: ClientDeps): Client {
  const { url, workspace, token } = config;

  async function send(path: string, sent: Sent, options: CallOptions): Promise<unknown> {
    const limit = AbortSignal.timeout(options.timeoutMs ?? defaultTimeoutMs);
    const headers = new Headers(sent.headers);
    headers.set('user-agent', `millrace/${version}`);
    if (token !== undefined) headers.set('authorization', `Bearer ${token}`);
    const startedMs = monotonicMs();
    let response: Response;
    try {
      response = await fetch(`${url}${path}`, {
        method: sent.method,
        ...(sent.body === undefined ? {} : { body: sent.body }),
        headers,
        // A token must not travel on to another address.
        redirect: 'manual',
        signal: options.signal ? AbortSignal.any([options.signal, limit]) : limit,
      });
    } catch (error) {
      if (options.signal?.aborted) throw new AppError('canceled', 'Canceled.');
      if (limit.aborted) {
        throw new AppError('timeout', `${url} did not answer in time.`, {
          hint: 'Try again; "millrace doctor" on its machine tells what is wrong with it.',
        });
      }
      throw unreachable(url, error);
    }
    const tookMs = Math.round(monotonicMs() - startedMs);
    trace?.(`${sent.method} ${path} ${response.status} ${tookMs} ms`);
    if (response.status >= 300 && response.status < 400) {
      throw notMillrace(url, `it sends on to ${response.headers.get('location') ?? 'elsewhere'}`);
    }
    const body = await jsonOf(response, url);
    if (!response.ok) {
      throw refused(response.status, body, { hasToken: token !== undefined, name: sent.name });
    }
    return body;
  }

  return {
    url,
    workspace,
    async call<Output>(name: string, input: object = {}, options: CallOptions = {}) {
      const query = new URLSearchParams({ workspace });
      const sent: Sent = {
        name,
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(input),
      };
      const path = `/api/op/${encodeURIComponent(name)}?${query.toString()}`;
      return (await send(path, sent, options)) as Output;
    },
    async read<Document>(path: string, options: CallOptions = {}) {
      return (await send(path, { method: 'GET' }, options)) as Document;
    },
    withToken: (other) => createClient({ config: { ...config, token: other }, trace }),
  };
}
