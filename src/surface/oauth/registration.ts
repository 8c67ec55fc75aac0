// What clients say of themselves (RFC 7591), made into what is kept. Real clients ask for more than
// they need: another kind of application, grants that are not offered, scopes of other servers.
// What is dangerous is refused, the rest is left out. Pure.
import { AppError } from '../../base/index.ts';
import {
  acceptedRedirects,
  type ClientMetadata,
  type KnownClient,
  redirectProblem,
  staysOnMachine,
} from '../../identity/index.ts';

const maxRedirects = 20;

function refuse(message: string, hint: string): never {
  throw new AppError('invalid_input', message, { hint });
}

function assertRedirect(uri: unknown): string {
  const problem = redirectProblem(uri);
  if (problem === undefined) return String(uri);
  const shown = typeof uri === 'string' ? `"${uri.slice(0, 100)}" ` : 'A redirect URI ';
  return refuse(`redirect_uris: ${shown}${problem}.`, acceptedRedirects);
}

/** One line without what would hide or turn letters around on the consent page. */
function textOf(value: unknown, max: number): string | undefined {
  if (typeof value !== 'string') return undefined;
  return (
    value
      .replaceAll(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]+/gu, ' ')
      .trim()
      .slice(0, max) || undefined
  );
}

function httpsOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.length > 2000 || !URL.canParse(value)) return null;
  return new URL(value).protocol === 'https:' ? value : null;
}

const isHttps = (uri: string): boolean => uri.toLowerCase().startsWith('https:');
const isLocalHttps = (uri: string): boolean => isHttps(uri) && staysOnMachine(uri);

/** A program on the person's machine: any port of its loopback addresses is good. */
const isNative = (redirectUris: readonly string[]): boolean =>
  redirectUris.some((uri) => !isHttps(uri));

/** A registration, or the document at a client's address. Throws `invalid_input`. */
export function readMetadata(body: unknown): ClientMetadata {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    return refuse('A registration is a JSON object.', 'Send redirect_uris, best with client_name.');
  }
  const given = body as Record<string, unknown>;
  const list = given['redirect_uris'];
  if (!Array.isArray(list) || list.length === 0 || list.length > maxRedirects) {
    return refuse(
      `redirect_uris is missing: give 1 to ${maxRedirects} addresses.`,
      'Only the code grant is offered, which comes back to an address of the client.',
    );
  }
  const redirectUris = [...new Set(list.map(assertRedirect))];
  if (isNative(redirectUris) && redirectUris.some(isLocalHttps)) {
    return refuse(
      'redirect_uris: https on this machine does not go with other kinds of addresses.',
      'On this machine use http, or have https addresses only.',
    );
  }
  return {
    name: textOf(given['client_name'], 100) ?? 'Unnamed client',
    clientUri: httpsOf(given['client_uri']),
    redirectUris,
  };
}

/** The client as the authorization server knows it. */
export function describeClient(
  id: string,
  { name, clientUri, redirectUris }: ClientMetadata,
  secretHash: string | null = null,
): Record<string, unknown> {
  return {
    client_id: id,
    client_name: name,
    ...(clientUri !== null && { client_uri: clientUri }),
    redirect_uris: redirectUris,
    application_type: isNative(redirectUris) ? 'native' : 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // Who registers by itself is public: PKCE proves it, and there is no secret to leak.
    token_endpoint_auth_method: secretHash === null ? 'none' : 'client_secret_post',
    ...(secretHash !== null && { client_secret: secretHash }),
  };
}

/** The answer of RFC 7591 section 3.2.1. */
export function registered(client: KnownClient): Record<string, unknown> {
  const issued = { client_id_issued_at: Math.floor(client.createdAt / 1000) };
  return { ...describeClient(client.id, client), ...issued };
}

/** The error of RFC 7591 section 3.2.2. */
export function registrationError({ message, hint }: AppError): Record<string, string> {
  return {
    error: message.startsWith('redirect_uris') ? 'invalid_redirect_uri' : 'invalid_client_metadata',
    error_description: [message, hint].filter(Boolean).join(' '),
  };
}
