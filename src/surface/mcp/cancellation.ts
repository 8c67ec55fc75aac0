// Calls in flight that a client of the handshake era may cancel by a notification. There are no
// sessions, so a call is found by who sent it, from where, and the request's id.
import type { McpHttpRequest } from './http-messages.ts';
import type { RequestId } from './protocol.ts';

export interface Cancellation {
  /** Notes a call; the returned function forgets it. */
  open(request: McpHttpRequest, id: RequestId): () => void;
  /** Cancels the call with this id of the same client; true when there was exactly one. */
  cancel(request: McpHttpRequest, id: unknown): boolean;
}

function keyOf({ caller, workspace, remoteAddress, headers }: McpHttpRequest, id: unknown): string {
  const { userId, tokenPrefix, email } = caller;
  const client = [headers['user-agent'], headers['mcp-session-id']];
  return JSON.stringify([userId, email, tokenPrefix, workspace, remoteAddress, client, id]);
}

/** One per server; a cancellation reaches only calls of this process. */
export function createCancellation(): Cancellation {
  const calls = new Map<string, Set<McpHttpRequest>>();
  return {
    open(request, id) {
      const key = keyOf(request, id);
      const same = calls.get(key) ?? new Set();
      calls.set(key, same.add(request));
      return () => {
        same.delete(request);
        if (same.size === 0) calls.delete(key);
      };
    },
    cancel(request, id) {
      const [only, other] = calls.get(keyOf(request, id)) ?? [];
      // Two programs with one token may count alike: better to cancel neither than the wrong one.
      if (!only || other) return false;
      only.abort('canceled by the client');
      return true;
    },
  };
}
