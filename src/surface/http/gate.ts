// The way of a request to the door: who knocks, in which workspace, until when. The only place in
// the surface that makes calls for REST; a knock that is refused still leaves its audit row.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError, newId } from '../../base/index.ts';
import { holdsReference } from '../../engine/index.ts';
import {
  anonymous,
  type Call,
  type Caller,
  type Door,
  type Surface,
} from '../../operation/index.ts';
import type { Authentication, Knock, Place } from './authenticate.ts';
import { queryTokensOf } from './query-token.ts';
import type { Guarded, RateLimit } from './rate-limit.ts';
import type { Refusals } from './refusals.ts';

/** What a route wants from the door. */
export interface Ask {
  place: Place;
  surface: Surface;
  /** The workspace that the address names. */
  workspace: string | null;
  /** The operation. */
  name: string;
  /** Made only after the knock, so that strangers learn nothing from what it refuses. */
  input: () => unknown;
}

/**
 * An address with a token is given away, and who uses it passes on what others wrote: such a text
 * must not read a secret. Windmill allows it; a token in the header may.
 */
function assertPlain(input: unknown): void {
  if (!holdsReference(input)) return;
  throw new AppError('invalid_input', 'A request by a token in the address names a reference.', {
    hint: 'Texts that begin with $var: or $res: take a token in the Authorization header.',
  });
}

export interface Gate {
  /** Authenticates and calls the operation; throws `AppError` on refusal. */
  invoke(request: FastifyRequest, reply: FastifyReply, ask: Ask): Promise<unknown>;
  /** The caller for a route that is no call (the closed list of raw routes); throws a refusal. */
  admit(request: FastifyRequest, place: Place, workspace: string | null): Promise<Caller>;
  /** Calls an operation as somebody that is no token yet: a page's form. */
  invokeAs(reply: FastifyReply, caller: Caller, ask: Omit<Ask, 'place'>): Promise<unknown>;
  /** Counts a request of nobody that starts `what`; throws `rate_limited`. */
  limit(request: FastifyRequest, what: string): void;
  /** Attempts a proof; throws `rate_limited` when this address was wrong about it too often. */
  guarded<Result>(
    request: FastifyRequest,
    what: string,
    attempt: () => Promise<Result>,
  ): Promise<Result>;
}

/** Logging in needs no token, and an old one must not stand in its way. */
const openAction = 'login:write';

/** What nobody in particular may start, where an app says so. */
const openStart = 'apps.execute';

/** Generous: which ids exist is identity's business; this keeps odd ones out of caches and logs. */
const workspacePattern = /^[\w.-]{1,100}$/;

const signals = new WeakMap<FastifyReply, AbortSignal>();

/** Aborts when the client goes away before its answer is complete. */
function clientSignal(reply: FastifyReply, draining: () => boolean): AbortSignal {
  const known = signals.get(reply);
  if (known) return known;
  const gone = new AbortController();
  reply.raw.once('close', () => {
    // When the server stops it is not the client that wants its run canceled.
    if (!reply.raw.writableFinished && !draining()) gone.abort();
  });
  signals.set(reply, gone.signal);
  return gone.signal;
}

export function createGate({
  door,
  authentication,
  rateLimit,
  loginLimit,
  guarded: guard,
  refusals,
  draining,
}: {
  door: Door;
  authentication: Authentication;
  rateLimit: RateLimit;
  /** Of one address at one account. */
  loginLimit: RateLimit;
  guarded: Guarded;
  refusals: Refusals;
  draining: () => boolean;
}): Gate {
  function callOf(reply: FastifyReply, caller: Caller, ask: Omit<Ask, 'place'>): Call {
    return {
      id: newId(),
      caller,
      workspace: ask.workspace,
      surface: ask.surface,
      signal: clientSignal(reply, draining),
      causedBy: null,
      depth: 0,
    };
  }

  async function knock(
    request: FastifyRequest,
    place: Place,
    workspace: string | null,
  ): Promise<Knock> {
    if (workspace !== null && !workspacePattern.test(workspace)) {
      const refusal = new AppError('invalid_input', 'This is not the id of a workspace.');
      return { caller: anonymous, refusal };
    }
    return authentication.knock(request, place, workspace);
  }

  async function recordRefusal(
    reply: FastifyReply,
    { caller, refusal }: Required<Knock>,
    ask: Ask,
  ): Promise<void> {
    const { email, userId, tokenPrefix, jobId } = caller;
    const nobody: Caller = { ...anonymous, email, userId, tokenPrefix, jobId };
    const workspace = ask.workspace !== null && workspacePattern.test(ask.workspace);
    const call = callOf(reply, nobody, { ...ask, workspace: workspace ? ask.workspace : null });
    const refused = { call: { ...call, refusal }, name: ask.name };
    await refusals.note(reply.request.ip, refused, ask.input);
  }

  /** A call without a token: few operations are for nobody, and refusals are counted. */
  async function invokeAsNobody(reply: FastifyReply, ask: Ask, input: unknown): Promise<unknown> {
    const { ip } = reply.request;
    refusals.look(ip);
    try {
      return await door.invoke(callOf(reply, anonymous, ask), ask.name, input);
    } catch (error) {
      if (error instanceof AppError && error.code === 'unauthenticated') refusals.take(ip);
      throw error;
    }
  }

  // Before the door: a flood must not fill the audit log either.
  const limit: Gate['limit'] = (request, what) => rateLimit.take(request.ip, what);

  const guarded: Gate['guarded'] = (request, what, attempt) => guard(request.ip, what, attempt);

  function pathIn(input: unknown): string {
    const path = typeof input === 'object' && input !== null && 'path' in input ? input.path : '';
    return typeof path === 'string' ? path.slice(0, 300) : '';
  }

  /** Passwords are guessed slowly: so many at one account, and so many at all of them. */
  function limitLogins({ ip }: FastifyRequest, input: unknown): void {
    const email =
      typeof input === 'object' && input !== null && 'email' in input ? input.email : '';
    loginLimit.take(ip, String(email).slice(0, 300).toLowerCase());
    rateLimit.take(ip, 'logins');
  }

  async function enter(reply: FastifyReply, caller: Caller, ask: Omit<Ask, 'place'>) {
    const input = ask.input();
    if (door.catalog.get(ask.name)?.action === openAction) limitLogins(reply.request, input);
    return door.invoke(callOf(reply, caller, ask), ask.name, input);
  }

  return {
    limit,
    guarded,
    async invoke(request, reply, ask) {
      if (door.catalog.get(ask.name)?.action === openAction) return enter(reply, anonymous, ask);
      const { caller, refusal } = await knock(request, ask.place, ask.workspace);
      if (!refusal) {
        const input = ask.input();
        if (queryTokensOf(request.raw).length > 0) assertPlain(input);
        const starts = caller.kind === 'anonymous' && ask.name === openStart;
        if (starts) limit(request, `app ${ask.workspace} ${pathIn(input)}`);
        return caller.kind === 'anonymous'
          ? invokeAsNobody(reply, ask, input)
          : door.invoke(callOf(reply, caller, ask), ask.name, input);
      }
      await recordRefusal(reply, { caller, refusal }, ask);
      throw refusal;
    },
    async admit(request, place, workspace) {
      const { caller, refusal } = await knock(request, place, workspace);
      if (refusal) {
        refusals.take(request.ip);
        throw refusal;
      }
      if (caller.kind !== 'anonymous') return caller;
      throw new AppError('unauthenticated', 'This needs a login or a token.', {
        hint: 'Send `Authorization: Bearer <token>`.',
      });
    },
    invokeAs: enter,
  };
}
