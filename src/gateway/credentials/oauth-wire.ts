// OAuth 2 as a client speaks it to a service: discovery (RFC 8414, OpenID Connect), the tokens
// (RFC 6749, PKCE of RFC 7636), revocation (RFC 7009). Nothing secret is in what it throws.
import { z } from 'zod';
import { AppError, type Clock } from '../../base/index.ts';
import { type Egress, readText } from '../../egress/index.ts';
import type { OAuthEndpoints } from '../action.ts';

/** Where an app asks, as it was found out when a consent began. */
export interface Endpoints {
  issuer: string | null;
  authorize: string;
  token: string;
  revoke: string | null;
  clientAuth: 'post' | 'basic';
  body?: 'form' | 'json' | undefined;
  /** The answer to a consent always names the issuer (RFC 9207). */
  namesIssuer: boolean;
}

export interface ClientKeys {
  clientId: string;
  /** Empty for public clients. */
  clientSecret: string;
}

export interface TokenSet {
  access: string;
  refresh: string | null;
  /** Milliseconds; null where the service does not say. */
  lifeMs: number | null;
  /** Who it is, as the id token tells; empty without one. */
  account: string;
}

/** The service gave no token; `final`: asking again would change nothing (RFC 6749, 5.2). */
export function noToken(why: string, { final }: { final: boolean }): AppError {
  const code = final ? 'unprocessable' : 'unavailable';
  return new AppError(code, `The service gave no token: ${why}.`);
}

const requestLimitMs = 15_000;
const maxAnswerBytes = 1_000_000;
const maxShown = 200;

const metadata = z.looseObject({
  issuer: z.string(),
  authorization_endpoint: z.string(),
  token_endpoint: z.string(),
  revocation_endpoint: z.string().optional(),
  token_endpoint_auth_methods_supported: z.array(z.string()).optional(),
  authorization_response_iss_parameter_supported: z.boolean().optional(),
});

const tokenAnswer = z.looseObject({
  access_token: z.string().min(1).max(20_000).optional(),
  refresh_token: z.string().min(1).max(20_000).optional(),
  id_token: z.string().max(100_000).optional().catch(undefined),
  // What says nothing sensible is as good as nothing.
  expires_in: z.coerce.number().min(1).max(31_536_000).optional().catch(undefined),
  error: z.string().optional(),
});

const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '[::1]' || /^127(?:\.\d+){3}$/.test(host);

/** Tokens and secrets go there: https, except on the machine itself. */
export function secureAddress(text: string, what: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSecure =
    url?.protocol === 'https:' || (url?.protocol === 'http:' && isLoopback(url.hostname));
  if (url && isSecure && url.username === '' && url.password === '' && url.hash === '') return text;
  throw new AppError('invalid_input', `The ${what} is no https address.`, {
    hint: 'Give an address such as https://auth.example.com, without user and password.',
  });
}

const trimmed = (issuer: string): string => issuer.replace(/\/+$/, '');

/** RFC 8414 puts the well-known part before the path, OpenID Connect after it. */
function descriptionsOf(issuer: string): string[] {
  const { origin, pathname } = new URL(issuer);
  const path = trimmed(pathname);
  return [
    `${origin}/.well-known/oauth-authorization-server${path}`,
    `${origin}${path}/.well-known/openid-configuration`,
  ];
}

export function declaredEndpoints(endpoints: OAuthEndpoints): Endpoints {
  const { authorize, token, revoke, clientAuth = 'post', body } = endpoints;
  return {
    issuer: null,
    authorize: secureAddress(authorize, 'authorization endpoint'),
    token: secureAddress(token, 'token endpoint'),
    revoke: revoke === undefined ? null : secureAddress(revoke, 'revocation endpoint'),
    clientAuth,
    ...(body && { body }),
    namesIssuer: false,
  };
}

function endpointsOf(found: z.output<typeof metadata>): Endpoints {
  const methods = found.token_endpoint_auth_methods_supported;
  return {
    ...declaredEndpoints({
      authorize: found.authorization_endpoint,
      token: found.token_endpoint,
      revoke: found.revocation_endpoint,
      clientAuth: methods?.includes('client_secret_post') ? 'post' : 'basic',
    }),
    issuer: found.issuer,
    namesIssuer: found.authorization_response_iss_parameter_supported ?? false,
  };
}

/**
 * The e-mail address or name in an id token. It came from the token endpoint itself, so that its
 * signature adds nothing (OpenID Connect Core, 3.1.3.7), and it is shown, never trusted.
 */
function accountOf(idToken: string | undefined): string {
  try {
    const body = Buffer.from(idToken?.split('.')[1] ?? '', 'base64url').toString('utf8');
    const { email, preferred_username: name, sub } = JSON.parse(body) as Record<string, unknown>;
    const said = [email, name, sub].find((one) => typeof one === 'string' && one !== '');
    return typeof said === 'string' ? said.slice(0, 300) : '';
  } catch {
    return '';
  }
}

const formEncoded = (text: string): string => new URLSearchParams([['', text]]).toString().slice(1);

export type OAuthWire = ReturnType<typeof createOAuthWire>;

export function createOAuthWire({
  egress,
  clock,
}: {
  egress: Pick<Egress, 'fetch'>;
  clock: Clock;
}) {
  async function asked(
    address: string,
    init: { method?: string; headers?: Record<string, string>; body?: string } = {},
  ): Promise<{ status: number; ok: boolean; text: string }> {
    const late = new AbortController();
    const cancel = clock.after(requestLimitMs, () => late.abort());
    try {
      const response = await egress.fetch(address, { ...init, signal: late.signal });
      const { status, ok } = response;
      return { status, ok, text: await readText(response, maxAnswerBytes) };
    } catch (error) {
      if (!late.signal.aborted) throw error;
      throw noToken('it took too long', { final: false });
    } finally {
      cancel();
    }
  }

  /** Posts a form as the app; the secret goes into the body or the header, as the service wants. */
  function post(
    address: string,
    { clientId, clientSecret }: ClientKeys,
    {
      clientAuth,
      body = 'form',
      fields,
    }: Pick<Endpoints, 'clientAuth' | 'body'> & {
      fields: Record<string, string>;
    },
  ) {
    const basic = clientAuth === 'basic' && clientSecret !== '';
    const own = { client_id: clientId, ...(clientSecret && { client_secret: clientSecret }) };
    const said = { ...fields, ...(basic ? {} : own) };
    const isJson = body === 'json';
    const pair = `${formEncoded(clientId)}:${formEncoded(clientSecret)}`;
    return asked(address, {
      method: 'POST',
      headers: {
        'content-type': isJson ? 'application/json' : 'application/x-www-form-urlencoded',
        accept: 'application/json',
        ...(basic && { authorization: `Basic ${Buffer.from(pair).toString('base64')}` }),
      },
      body: isJson ? JSON.stringify(said) : new URLSearchParams(said).toString(),
    });
  }

  return {
    /** Throws `unprocessable` when nothing at the issuer describes it, or it describes another. */
    async discover(issuer: string): Promise<Endpoints> {
      secureAddress(issuer, 'issuer');
      for (const address of descriptionsOf(issuer)) {
        const { ok, text } = await asked(address);
        if (!ok) continue;
        const found = metadata.safeParse(jsonOf(text)).data;
        // RFC 8414 section 3.3: another issuer's description would send codes to it.
        if (found && trimmed(found.issuer) === trimmed(issuer)) return endpointsOf(found);
      }
      throw new AppError('unprocessable', `${new URL(issuer).host} does not describe its OAuth.`, {
        hint: 'An admin may give the endpoints instead of the issuer: credentials.setApp.',
      });
    },

    /** Throws `unprocessable` for what is final, `unavailable` for what may pass. */
    async tokens(
      { token, clientAuth, body }: Pick<Endpoints, 'token' | 'clientAuth' | 'body'>,
      keys: ClientKeys,
      fields: Record<string, string>,
    ): Promise<TokenSet> {
      const { status, ok, text } = await post(token, keys, { clientAuth, body, fields });
      const answer = tokenAnswer.safeParse(jsonOf(text)).data ?? {};
      const { access_token: access, refresh_token: refresh, expires_in: lifeS, error } = answer;
      if (ok && access !== undefined) {
        const lifeMs = lifeS === undefined ? null : lifeS * 1000;
        return { access, refresh: refresh ?? null, lifeMs, account: accountOf(answer.id_token) };
      }
      // Some say 200 and then an error; a gateway before the service says 5xx or HTML.
      const final = status < 500 && status !== 429 && error !== undefined;
      const why = error === undefined ? `status ${status}` : error.replaceAll(/[^\x20-\x7e]/g, '?');
      throw noToken(why.slice(0, maxShown), { final });
    },

    /** What the service answers changes nothing here: false when it did not say yes. */
    async revoke(
      { revoke, clientAuth, body }: Pick<Endpoints, 'revoke' | 'clientAuth' | 'body'>,
      keys: ClientKeys,
      { token, kind }: { token: string; kind: 'refresh_token' | 'access_token' },
    ): Promise<boolean> {
      if (revoke === null) return false;
      const fields = { token, token_type_hint: kind };
      return (await post(revoke, keys, { clientAuth, body, fields })).ok;
    },
  };
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
