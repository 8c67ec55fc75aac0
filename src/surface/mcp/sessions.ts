// Sessions of the handshake era, only for clients that said they can be asked something: what they
// said, and the requests that wait for their answer. They live in this process, prove nobody's
// identity, and end by DELETE, after a day without use, or when one person has too many.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { AppError, type Clock, newId } from '../../base/index.ts';
import { canBeAsked, type ClientRequest } from './asking.ts';
import type { McpHttpRequest, McpHttpResponse } from './http-messages.ts';
import { isObject, type JsonObject } from './protocol.ts';
import { principalOf } from './request-state.ts';

const idleMs = 24 * 3_600_000;
const maxOfOne = 200;
const maxSessions = 20_000;

export const sessionHeader = 'mcp-session-id';

export interface Session {
  readonly id: string;
  readonly capabilities: JsonObject;
  /** Sends a request by `send` and waits for the answer, which comes in a POST of its own. */
  request(
    wanted: ClientRequest,
    send: (json: string) => void,
    signal: AbortSignal,
  ): Promise<JsonObject>;
  /** Takes an answer of the client; one that nobody waits for is ignored. */
  take(answer: JsonObject): void;
}

export interface Sessions {
  /** For a client that just said hello; undefined when there is nothing to ask it. */
  open(http: McpHttpRequest, capabilities: JsonObject): Session | undefined;
  /** The session that a request names, of the same person at the same address. */
  of(http: McpHttpRequest): Session | undefined;
  /** The stream on which the session hears of changes; an older one ends. */
  heard(http: McpHttpRequest, response: McpHttpResponse): McpHttpResponse;
  end(http: McpHttpRequest): boolean;
}

interface Waiting {
  resolve: (result: JsonObject) => void;
  reject: (error: AppError) => void;
}

const notAnswered = (message: string): AppError =>
  new AppError('unprocessable', `The client did not answer: ${message}`);

function createSession(capabilities: JsonObject): Session {
  const waiting = new Map<string, Waiting>();
  return {
    id: randomBytes(24).toString('base64url'),
    capabilities,
    request({ method, params }, send, signal) {
      const id = `ask-${newId()}`;
      return new Promise<JsonObject>((resolve, reject) => {
        const forget = (): void => {
          signal.removeEventListener('abort', giveUp);
          waiting.delete(id);
        };
        function giveUp(): void {
          forget();
          const notice = { method: 'notifications/cancelled', params: { requestId: id } };
          send(JSON.stringify({ jsonrpc: '2.0', ...notice }));
          reject(notAnswered('too late'));
        }
        if (signal.aborted) {
          giveUp();
          return;
        }
        signal.addEventListener('abort', giveUp);
        waiting.set(id, {
          resolve: (result) => (forget(), resolve(result)),
          reject: (error) => (forget(), reject(error)),
        });
        send(JSON.stringify({ jsonrpc: '2.0', id, method, ...(params && { params }) }));
      });
    },
    take({ id, result, error }) {
      const asker = waiting.get(String(id));
      if (isObject(result)) asker?.resolve(result);
      else {
        const said = isObject(error) ? String(error['message']).slice(0, 200) : 'no result';
        asker?.reject(notAnswered(said));
      }
    },
  };
}

interface Kept {
  session: Session;
  owner: string;
  usedAt: number;
  /** Where it hears of changes. */
  stream?: Readable | undefined;
}

/** The person and the address: another's session is not there, wherever it is named. */
function ownerOf({ caller, workspace }: McpHttpRequest): string {
  return `${workspace} ${principalOf(caller)}`;
}

export function createSessions(clock: Clock): Sessions {
  // In order of use: the first is the one used longest ago.
  const all = new Map<string, Kept>();
  const owned = new Map<string, Set<string>>();

  function drop(id: string): void {
    const kept = all.get(id);
    if (!kept) return;
    all.delete(id);
    kept.stream?.destroy();
    const ids = owned.get(kept.owner);
    ids?.delete(id);
    if (ids?.size === 0) owned.delete(kept.owner);
  }

  function makeRoom(owner: string): void {
    for (const [id, { usedAt }] of all) {
      if (all.size < maxSessions && usedAt > clock.now() - idleMs) break;
      drop(id);
    }
    const [oldest] = owned.get(owner) ?? [];
    if (oldest !== undefined && (owned.get(owner)?.size ?? 0) >= maxOfOne) drop(oldest);
  }

  function find(http: McpHttpRequest): Kept | undefined {
    const id = http.headers[sessionHeader];
    const kept = typeof id === 'string' ? all.get(id) : undefined;
    if (!kept || kept.owner !== ownerOf(http)) return undefined;
    if (kept.usedAt > clock.now() - idleMs) return kept;
    drop(kept.session.id);
    return undefined;
  }

  return {
    open(http, capabilities) {
      if (!canBeAsked(capabilities)) return undefined;
      const owner = ownerOf(http);
      makeRoom(owner);
      const session = createSession(capabilities);
      all.set(session.id, { session, owner, usedAt: clock.now() });
      const ids = owned.get(owner) ?? new Set();
      owned.set(owner, ids.add(session.id));
      return session;
    },
    of(http) {
      const kept = find(http);
      if (!kept) return undefined;
      kept.usedAt = clock.now();
      all.delete(kept.session.id);
      all.set(kept.session.id, kept);
      return kept.session;
    },
    heard(http, response) {
      const kept = find(http);
      const { body } = response;
      if (!kept || !(body instanceof Readable)) return response;
      kept.stream?.destroy();
      kept.stream = body;
      return response;
    },
    end(http) {
      const kept = find(http);
      if (kept) drop(kept.session.id);
      return kept !== undefined;
    },
  };
}
