// What a call of the stateless era remembers between its rounds, kept by the client: the answers
// so far, signed, good for the same person, workspace, method, name and arguments, for ten minutes.
// Readable by the client, whose own answers they are; nothing secret may stand in it.
import { createHmac, timingSafeEqual } from 'node:crypto';
import { canonicalJson, type Clock, newId } from '../../base/index.ts';
import type { Caller } from '../../operation/index.ts';
import { isObject, type JsonObject } from './protocol.ts';

const goodForMs = 600_000;
const maxStateChars = 64_000;

/** What a state is bound to. */
export interface Bound {
  caller: Caller;
  workspace: string | null;
  method: string;
  /** Of the tool, prompt or resource. */
  name: string;
  args: JsonObject;
}

export interface State {
  /** Answers of earlier rounds by key. */
  answers: Readonly<Record<string, JsonObject>>;
  /** The keys that this round asks for; nothing else is taken from its answer. */
  asked: readonly string[];
  /** Good for one answer only. */
  once: boolean;
}

export interface RequestStates {
  mint(state: State, bound: Bound): Promise<string>;
  /** Undefined: forged, expired, for something else, or used up. */
  redeem(text: string, bound: Bound): Promise<State | undefined>;
}

export interface RequestStateDeps {
  clock: Clock;
  /** The same for every process of the server. */
  deriveKey: (purpose: string) => Promise<Buffer>;
  /** True once for each id. */
  spend: (id: string, expiresAt: number) => Promise<boolean>;
}

/** Whoever asks again: the person, not the token, which may have been renewed meanwhile. */
export function principalOf({ kind, userId, email }: Caller): string {
  return JSON.stringify([kind, userId ?? email]);
}

function parsed(text: string): JsonObject | undefined {
  try {
    const value: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

export function createRequestStates(deps: RequestStateDeps): RequestStates {
  const { clock, deriveKey, spend } = deps;
  let key: Promise<Buffer> | undefined;

  async function signatureOf(payload: string, bound: Bound): Promise<Buffer> {
    key ??= deriveKey('mcp request state');
    const { caller, workspace, method, name, args } = bound;
    const facts = [payload, principalOf(caller), workspace, method, name, canonicalJson(args)];
    return createHmac('sha256', await key)
      .update(JSON.stringify(facts))
      .digest();
  }

  return {
    async mint({ answers, asked, once }, bound) {
      const kept = { answers, asked, expiresAt: clock.now() + goodForMs, once: once && newId() };
      const payload = Buffer.from(JSON.stringify(kept)).toString('base64url');
      return `${payload}.${(await signatureOf(payload, bound)).toString('base64url')}`;
    },

    async redeem(text, bound) {
      const [payload = '', signature = '', more] = text.split('.', 3);
      if (text.length > maxStateChars || more !== undefined) return undefined;
      const given = Buffer.from(signature, 'base64url');
      const right = await signatureOf(payload, bound);
      if (given.length !== right.length || !timingSafeEqual(given, right)) return undefined;
      const { answers, asked, expiresAt, once } = parsed(payload) ?? {};
      if (typeof expiresAt !== 'number' || expiresAt <= clock.now()) return undefined;
      if (typeof once === 'string' && !(await spend(once, expiresAt))) return undefined;
      return {
        answers: answers as State['answers'],
        asked: asked as State['asked'],
        once: typeof once === 'string',
      };
    },
  };
}
