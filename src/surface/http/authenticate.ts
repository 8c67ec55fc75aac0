// Who sends a request: a token in the header, in the address, or the session's cookie, and where
// each of them may stand. What the caller may do is the door's business.
// Nothing is trusted for coming from this machine: behind a proxy everything does.
import type { FastifyRequest } from 'fastify';
import { AppError } from '../../base/index.ts';
import { type Identity, urlTokensOff } from '../../identity/index.ts';
import { anonymous, type Caller, placesOf } from '../../operation/index.ts';
import { sessionCookieOf } from './cookies.ts';
import { audienceFits } from '../oauth/index.ts';
import { queryTokensOf } from './query-token.ts';
import { isSameOrigin } from './same-origin.ts';

/** What kind of address it is: `run` starts scripts, `mcp` is an MCP endpoint. */
export type Place = 'rest' | 'run' | 'mcp';

/** Somebody at the door: who it is, and why not even to listen, where there is a reason. */
export interface Knock {
  caller: Caller;
  refusal?: AppError;
}

export interface Authentication {
  /** `workspace`: the one that the address names. Rejects only on a bug. */
  knock(request: FastifyRequest, place: Place, workspace: string | null): Promise<Knock>;
}

/** Where a token is shown. */
interface At {
  request: FastifyRequest;
  place: Place;
  workspace: string | null;
}

function refused(refusal: AppError, caller: Caller = anonymous): Knock {
  return { caller, refusal };
}

const unknownToken = (): AppError =>
  new AppError('unauthenticated', 'This token is unknown, expired or revoked.', {
    hint: 'Make a new one, or log in again.',
  });

const notInAddress = (): AppError =>
  new AppError('unauthenticated', 'This token may not stand in an address.', {
    hint:
      'Send it as `Authorization: Bearer <token>`. In an address only two kinds are taken: ' +
      'tokens with nothing but mcp: scopes at MCP addresses, tokens with jobs:run… at run routes.',
  });

function bearerOf(header: string): string | undefined {
  return /^Bearer +([\x21-\x7e]{1,4096})$/i.exec(header.trim())?.[1];
}

/** Tokens for MCP alone are given to assistants; a leaked one must be no key to everything else. */
function refuseMcpOnly(caller: Caller, place: Place): AppError | undefined {
  // A script that such a token started has its own token, which works where scripts call.
  if (place === 'mcp' || caller.kind === 'job' || !placesOf(caller.scopes).onlyMcp)
    return undefined;
  const scopes = [...(caller.scopes ?? [])];
  return new AppError(
    'insufficient_scope',
    `This token holds only mcp: scopes (${scopes.join(' ')}), which work at MCP addresses alone.`,
    {
      hint: 'Use a token without scopes, or one that names what it is for, such as jobs:run.',
      details: { scopes },
    },
  );
}

const withoutMcp = new WeakMap<Caller, Caller>();

/** The caller outside of MCP addresses, where `mcp:` scopes allow nothing. */
function elsewhere(caller: Caller): Caller {
  const { elsewhere: scopes } = placesOf(caller.scopes);
  // The token of a job is used by the script alone, as far as who started it may.
  if (caller.kind !== 'token' || scopes === caller.scopes) return caller;
  const known = withoutMcp.get(caller) ?? { ...caller, scopes, stars: null };
  withoutMcp.set(caller, known);
  return known;
}

/** RFC 8707: a token that was made for one MCP address is no good anywhere else. */
function refuseElsewhere({ audience }: Caller, request: FastifyRequest): AppError | undefined {
  if (audience === null) return undefined;
  const [path = ''] = request.url.split('?', 1);
  if (audienceFits(audience, path)) return undefined;
  return new AppError('unauthenticated', 'This token was made for another address.', {
    hint: `It works at ${audience}. Connect anew to use this one.`,
  });
}

export function createAuthentication({
  identity,
  baseUrl,
}: {
  identity: Pick<Identity, 'callerOfToken' | 'urlTokensAllowed'>;
  baseUrl: string | undefined;
}): Authentication {
  async function known(token: string, { request, place, workspace }: At): Promise<Knock> {
    const caller = await identity.callerOfToken(token, workspace);
    if (!caller) return refused(unknownToken());
    const refusal = refuseMcpOnly(caller, place) ?? refuseElsewhere(caller, request);
    return refusal
      ? refused(refusal, caller)
      : { caller: place === 'mcp' ? caller : elsewhere(caller) };
  }

  async function byAddress(tokens: readonly string[], at: At): Promise<Knock> {
    const { place } = at;
    const [token, second] = tokens;
    if (second !== undefined) {
      return refused(new AppError('invalid_input', 'The address names more than one token.'));
    }
    if (place === 'rest' || !token) return refused(notInAddress());
    const found = await known(token, at);
    if (found.refusal) return found;
    const { kind, scopes } = found.caller;
    const { onlyMcp, runs } = placesOf(scopes);
    const meant = place === 'mcp' ? onlyMcp : runs;
    if (kind !== 'token' || !meant) return refused(notInAddress(), found.caller);
    const off = place === 'mcp' && !(await identity.urlTokensAllowed());
    return off ? refused(urlTokensOff(), found.caller) : found;
  }

  async function byCookie(at: At): Promise<Knock> {
    const { request, place } = at;
    const token = sessionCookieOf(request.headers.cookie);
    if (token === undefined || place === 'mcp') return { caller: anonymous };
    const found = await known(token, at);
    // A browser keeps sending a session that is over: that is nobody, not an attack.
    if (found.caller.kind === 'anonymous') return { caller: anonymous };
    const reads = request.method === 'GET' || request.method === 'HEAD';
    // Following a link from another site must not start a script either.
    if ((reads && place === 'rest') || isSameOrigin(request.headers, baseUrl)) return found;
    const message = 'This request comes from a page of another site, so the session is not used.';
    return refused(
      new AppError('forbidden', message, {
        hint: 'Open the page on this server, or send a token as `Authorization: Bearer <token>`.',
      }),
      found.caller,
    );
  }

  return {
    async knock(request, place, workspace) {
      const at = { request, place, workspace };
      const header = request.headers.authorization;
      const tokens = queryTokensOf(request.raw);
      if (header === undefined) {
        return tokens.length > 0 ? byAddress(tokens, at) : byCookie(at);
      }
      if (tokens.length > 0) {
        const message = 'There is a token in the header and one in the address.';
        return refused(new AppError('invalid_input', message, { hint: 'Send only the header.' }));
      }
      const token = bearerOf(header);
      if (token !== undefined) return known(token, at);
      return refused(
        new AppError('unauthenticated', 'The Authorization header holds no Bearer token.', {
          hint: 'Send `Authorization: Bearer <token>`.',
        }),
      );
    },
  };
}
