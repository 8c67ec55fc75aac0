// The transport of 2024-11-05 (HTTP+SSE): a GET opens the stream on which every answer comes, and
// its first event names the address for the messages. What they mean is the endpoint's business,
// as for the newer transport. The id in that address finds the stream; it is nobody's proof.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  type McpHttpRequest,
  type McpHttpResponse,
  messageEvent,
  refusal,
  streamHeaders,
} from './http-messages.ts';
import { plainParts } from './kept.ts';
import type { EventStream } from './progress.ts';
import { rpcCodes } from './protocol.ts';
import { principalOf } from './request-state.ts';
import { sessionHeader } from './sessions.ts';
import type { Streams } from './streams.ts';

export interface OldSse {
  /** Opens a stream; `addressOf` makes the address for messages from its id. */
  open(http: McpHttpRequest, addressOf: (id: string) => string): McpHttpResponse;
  /** Takes a message for the stream of this id; its answer comes there. */
  take(http: McpHttpRequest, id: string): Promise<McpHttpResponse>;
}

interface Open {
  events: EventStream;
  owner: string;
  /** The session of a client that can be asked something: it knows no header for it. */
  sessionId: string | undefined;
}

function ownerOf({ caller, workspace }: McpHttpRequest): string {
  return `${workspace ?? ''} ${principalOf(caller)}`;
}

const tooMany = (): McpHttpResponse =>
  refusal({
    status: 429,
    code: rpcCodes.transport,
    message: 'Too many open streams: close one before you open another.',
  });

export function createOldSse(
  streams: Streams,
  answer: (http: McpHttpRequest) => Promise<McpHttpResponse>,
): OldSse {
  const all = new Map<string, Open>();

  /** The request as the newer transport has it. */
  function newer(http: McpHttpRequest, { sessionId }: Open): McpHttpRequest {
    const accept = 'application/json, text/event-stream';
    const { [sessionHeader]: _foreign, ...headers } = http.headers;
    const session = sessionId === undefined ? {} : { [sessionHeader]: sessionId };
    return { ...http, headers: { ...headers, accept, ...session } };
  }

  function pass(open: Open, { headers, body }: McpHttpResponse): void {
    open.sessionId ??= headers[sessionHeader];
    if (body instanceof Readable) {
      // Each chunk is one event, so events of several answers do not mix.
      body.on('data', (chunk: Buffer) => open.events.write(chunk.toString()));
      body.on('error', () => undefined);
    } else if (body !== null) {
      const text = typeof body === 'string' ? body : plainParts(body).join('');
      open.events.write(messageEvent(text));
    }
  }

  return {
    open(http, addressOf) {
      const events = streams.open(http);
      if (!events) return tooMany();
      const id = randomBytes(24).toString('base64url');
      all.set(id, { events, owner: ownerOf(http), sessionId: undefined });
      events.stream.once('close', () => all.delete(id));
      events.write(`event: endpoint\ndata: ${addressOf(id)}\n\n`);
      return { status: 200, headers: streamHeaders, body: events.stream };
    },

    async take(http, id) {
      const open = all.get(id);
      if (!open || open.owner !== ownerOf(http)) {
        const message = 'Session not found: its stream is closed. Open a new one with GET.';
        return refusal({ status: 404, code: rpcCodes.noSession, message });
      }
      // The POST is over at once; what ends the call is the end of the stream.
      const gone = new AbortController();
      const abort = (reason: string): void => gone.abort(new DOMException(reason, 'AbortError'));
      const closed = (): void => abort('the client went away');
      open.events.stream.once('close', closed);
      const inner = { ...newer(http, open), signal: gone.signal, abort };
      void answer(inner)
        .then((response) => pass(open, response))
        .catch((error: unknown) => open.events.stream.destroy(error as Error))
        .finally(() => open.events.stream.off('close', closed));
      return { status: 202, headers: {}, body: null };
    },
  };
}
