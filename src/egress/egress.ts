// The one way out for requests that the server itself makes. Every connection is checked at the
// address that it really goes to, after the name was resolved, so a name cannot be rebound.
import { type LookupAddress, type LookupOptions, lookup as resolveName } from 'node:dns';
import { isIP, Socket } from 'node:net';
import { AppError } from '../base/index.ts';
import { type AllowList, readAllowList } from './addresses.ts';
import { leave, readWhole, type WholeAnswer } from './whole.ts';

export interface EgressRequest {
  method?: string;
  headers?: Readonly<Record<string, string>>;
  body?: string;
  signal?: AbortSignal;
}

export interface EgressOptions {
  /** Entries of `MILLRACE_EGRESS_ALLOW`. */
  allow: readonly string[];
}

/** Bounds of one request, in milliseconds; a model may think for minutes before its first byte. */
const connectTimeoutMs = 10_000;
const silenceMs = 300_000;

const redirects: ReadonlySet<number> = new Set([301, 302, 303, 307, 308]);

function refused(host: string): AppError {
  return new AppError('forbidden', `${host} is not on the public internet.`, {
    hint: 'An operator may allow it by name, address or range in MILLRACE_EGRESS_ALLOW.',
  });
}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Like `dns.lookup`, without the addresses that may not be connected to. */
function guardedLookup(allowed: AllowList) {
  return (host: string, options: LookupOptions, done: Found): void => {
    resolveName(host, { ...options, all: true }, (error, found) => {
      if (error) return done(error, []);
      const open = found.filter(({ address }) => allowed.permits(host, address));
      const [first] = open;
      if (!first) return done(refused(host), []);
      if (options.all) return done(null, open);
      return done(null, first.address, first.family);
    });
  };
}

/** What went wrong below `fetch`: our refusal, or the first cause that says anything. */
function causeOf(error: unknown): unknown {
  const cause = (error as { cause?: unknown }).cause;
  return cause instanceof Error ? causeOf(cause) : error;
}

/** What a request ended with, in our words; whoever gave it up knows why. */
function failure(error: unknown, { host }: URL, { signal }: EgressRequest): unknown {
  if (signal?.aborted) return error;
  const cause = causeOf(error);
  if (cause instanceof AppError) return cause;
  const why = cause instanceof Error ? cause.message : String(cause);
  return new AppError('unavailable', `${host} cannot be reached: ${why}.`, { cause });
}

function addressOf(text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && /^https?:$/.test(url.protocol) && url.username === '' && url.password === '') {
    return url;
  }
  // The text is not repeated: people put passwords into addresses.
  throw new AppError('invalid_input', 'This is no http or https address without a password.', {
    hint: 'Give an address such as https://api.example.com/v1, and secrets in their own fields.',
  });
}

export type Egress = ReturnType<typeof createEgress>;

export function createEgress({ allow }: EgressOptions) {
  const allowed = readAllowList(allow);
  let opening: ReturnType<typeof open> | undefined;

  /** Loaded when first used: it would cost every start 64 ms and 29 MB. */
  async function open() {
    const { Agent, buildConnector, fetch: request } = await import('undici');
    const dial = buildConnector({ timeout: connectTimeoutMs, lookup: guardedLookup(allowed) });
    const agent = new Agent({
      headersTimeout: silenceMs,
      bodyTimeout: silenceMs,
      connect(options, callback) {
        // Node does not look up what is an address already.
        const host = options.hostname.replace(/^\[|\]$/g, '');
        if (isIP(host) > 0 && !allowed.permits(host, host)) callback(refused(host), null);
        else dial(options, callback);
      },
    });
    return { agent, request };
  }

  return {
    /**
     * A request whose answer is read whole, at a third of what `fetch` costs. The same holds for
     * redirects and errors; throws `too_large` for an answer beyond `maxBytes`.
     */
    async ask(
      address: string,
      options: EgressRequest & { maxBytes: number },
    ): Promise<WholeAnswer> {
      const url = addressOf(address);
      opening ??= open();
      const { agent } = await opening;
      const { method = 'GET', headers, body, signal, maxBytes } = options;
      try {
        const answer = await agent.request({
          origin: url.origin,
          path: `${url.pathname}${url.search}`,
          method,
          headers: { 'user-agent': 'millrace', 'accept-encoding': 'gzip', ...headers },
          ...(body !== undefined && { body }),
          ...(signal && { signal }),
        });
        if (redirects.has(answer.statusCode)) {
          leave(answer.body);
          throw new Error(`it redirects (${answer.statusCode})`);
        }
        return await readWhole(answer, maxBytes);
      } catch (error) {
        throw failure(error, url, options);
      }
    },

    /**
     * As the global `fetch`, without redirects: these could carry a key to another server.
     * Throws `invalid_input` for what is no address, `forbidden` for an address of a private
     * network, `unavailable` when the server cannot be reached.
     */
    async fetch(address: string, options: EgressRequest = {}): Promise<Response> {
      const url = addressOf(address);
      opening ??= open();
      const { agent, request } = await opening;
      try {
        const answer = await request(url, {
          ...(options as object),
          redirect: 'error',
          dispatcher: agent,
        });
        return answer;
      } catch (error) {
        throw failure(error, url, options);
      }
    },

    /**
     * A socket whose `connect(port, host)` reaches permitted addresses alone, for drivers that
     * speak another protocol. It fails with `forbidden` as `fetch` does.
     */
    socket(): Socket {
      const socket = new Socket();
      const dial = socket.connect.bind(socket);
      const lookup = guardedLookup(allowed);
      const connect = (port: number, host: string): Socket => {
        if (isIP(host) === 0 || allowed.permits(host, host)) return dial({ port, host, lookup });
        process.nextTick(() => socket.destroy(refused(host)));
        return socket;
      };
      return Object.assign(socket, { connect });
    },

    stop: async (): Promise<void> => (await opening)?.agent.destroy(),
  };
}

/**
 * The body as text, at most `maxBytes` of it; throws `too_large` beyond, and reads no further.
 */
export async function readText(response: Response, maxBytes: number): Promise<string> {
  const decoder = new TextDecoder();
  let text = '';
  let sizeBytes = 0;
  for await (const chunk of response.body ?? []) {
    sizeBytes += chunk.byteLength;
    if (sizeBytes > maxBytes) {
      throw new AppError('too_large', `The answer is larger than ${maxBytes} bytes.`);
    }
    text += decoder.decode(chunk, { stream: true });
  }
  return text + decoder.decode();
}
