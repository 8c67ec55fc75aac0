// Who may come in at all: the origin check, the challenge of RFC 6750 for missing or wrong
// tokens, and the refusal of tokens that hold no `mcp:` scope. What a caller may do inside is the
// door's business.
import { AppError } from '../../base/index.ts';
import { type Caller, placesOf } from '../../operation/index.ts';
import type { McpHttpResponse } from './http-messages.ts';

const needed = 'mcp:all';

/**
 * The value of `WWW-Authenticate` (RFC 6750 section 3, RFC 9728 section 5.1). Without a token no
 * error is named: nothing is wrong yet.
 */
function challenge(
  metadataUrl: string,
  error: 'invalid_token' | 'insufficient_scope' | undefined,
  scope = needed,
): string {
  const parameters = [
    'realm="millrace"',
    `resource_metadata="${metadataUrl}"`,
    ...(error === undefined ? [] : [`error="${error}"`]),
    `scope="${scope}"`,
  ];
  return `Bearer ${parameters.join(', ')}`;
}

/** Says that these scopes, which a client may ask its person for, would have done. */
export function stepUpHeaders(scopes: readonly string[], metadataUrl: string) {
  return {
    'cache-control': 'no-store',
    'www-authenticate': challenge(metadataUrl, 'insufficient_scope', scopes.join(' ')),
  };
}

/** What the challenge is made of. */
export interface Knocked {
  /** The document of RFC 9728 for this address. */
  metadataUrl: string;
  /** Did the request bring a token at all? */
  hadToken: boolean;
}

interface Problem {
  status: number;
  error: string;
  message: string;
  hint?: string | undefined;
  more?: Record<string, unknown>;
  authenticate?: string;
}

function problem({ status, error, message, hint, more, authenticate }: Problem): McpHttpResponse {
  const body = {
    error,
    error_description: message,
    ...(hint !== undefined && { hint }),
    ...more,
  };
  return {
    status,
    headers: {
      'content-type': 'application/json',
      'cache-control': 'no-store',
      ...(authenticate !== undefined && { 'www-authenticate': authenticate }),
    },
    body: JSON.stringify(body),
  };
}

/** The refusal for what `authenticate` threw; throws on what is no refusal. */
export function refuseAuthentication(
  error: unknown,
  { metadataUrl, hadToken }: Knocked,
): McpHttpResponse {
  if (!(error instanceof AppError)) throw error;
  const { code, status, message, hint, details } = error;
  if (status !== 401) {
    const after = details?.['retryAfterSecs'];
    const refused = problem({ status, error: code, message, hint });
    if (typeof after !== 'number') return refused;
    return { ...refused, headers: { ...refused.headers, 'retry-after': String(after) } };
  }
  return problem({
    status,
    error: 'invalid_token',
    message,
    hint: hint ?? 'Send `Authorization: Bearer <token>` with a token that has mcp:all.',
    authenticate: challenge(metadataUrl, hadToken ? 'invalid_token' : undefined),
  });
}

/** Refuses callers that no tool is meant for; undefined lets them in. */
export function refuseCaller(
  { caller, workspace }: { caller: Caller; workspace: string | null },
  metadataUrl: () => string,
): McpHttpResponse | undefined {
  if (caller.kind === 'anonymous') {
    const nobody = new AppError('unauthenticated', 'This address needs a token.');
    return refuseAuthentication(nobody, { metadataUrl: metadataUrl(), hadToken: false });
  }
  if (!placesOf(caller.scopes).hasMcp) {
    const has = caller.scopes ?? [];
    const said =
      caller.scopes === null
        ? 'has no scopes: it is a full token, which is not taken here'
        : `has the scopes: ${has.join(' ') || 'none'}`;
    return problem({
      status: 403,
      error: 'insufficient_scope',
      message: `This needs a token with an mcp: scope, such as ${needed}; this one ${said}.`,
      hint: 'Make a token with mcp:all; mcp:scripts:<paths>, mcp:endpoints:<tools> are narrower.',
      more: { scopes: has, required: [needed] },
      authenticate: challenge(metadataUrl(), 'insufficient_scope'),
    });
  }
  if (workspace !== null && !caller.membership && !caller.superAdmin) {
    return problem({
      status: 403,
      error: 'forbidden',
      message: 'You are not a member of this workspace.',
      hint: 'Ask an admin of the workspace to add you, or use the address of another workspace.',
    });
  }
  return undefined;
}

function isLoopback(url: URL): boolean {
  return /^(localhost|127\.0\.0\.1|\[::1\])$/.test(url.hostname);
}

/**
 * Whether a request with this `Origin` may come in (MCP, transport security). Programs send
 * none. The `Host` header proves nothing: a rebound name brings its own.
 */
export function originAllowed(given: string | undefined, own: string): boolean {
  if (given === undefined) return true;
  if (!URL.canParse(given)) return false;
  const origin = new URL(given);
  const self = new URL(own);
  if (origin.origin === self.origin) return true;
  return isLoopback(origin) && isLoopback(self) && origin.port === self.port;
}
