// What clients send to register (RFC 7591), made into what the authorization server takes. Real
// clients ask for more than they need: another kind of application, grants that are not offered,
// scopes of other servers. What is dangerous is refused, the rest is left out. Pure.
import { AppError } from '../../base/index.ts';

const maxRedirects = 20;

function refuse(message: string, hint: string): never {
  throw new AppError('invalid_input', message, { hint });
}

const accepted =
  'Accepted: https addresses, http on localhost, 127.0.0.1 or [::1], and private schemes of ' +
  'programs such as cursor://host/path; without user name, password and fragment.';

/** Schemes that run or show something in a browser, or read from it. */
const dangerous = new Set([
  'about',
  'blob',
  'chrome',
  'data',
  'file',
  'filesystem',
  'ftp',
  'javascript',
  'mailto',
  'resource',
  'vbscript',
  'view-source',
  'ws',
  'wss',
]);

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}

/** Why the address is refused; undefined when it is taken. */
function problemOf(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri.length > 2000) return 'is no address';
  if (/[\s\\]|\p{Cc}/u.test(uri) || !URL.canParse(uri)) return 'is no address';
  const { protocol, hostname, username, password, hash } = new URL(uri);
  const scheme = protocol.slice(0, -1);
  if (username !== '' || password !== '') return 'holds a user name or password';
  if (hash !== '' || uri.includes('#')) return 'has a fragment';
  if (dangerous.has(scheme)) return `has the scheme ${scheme}`;
  if (scheme === 'https') return hostname === '' ? 'has no host' : undefined;
  if (scheme === 'http')
    return isLoopback(hostname) ? undefined : 'is http and not on this machine';
  // RFC 8252 section 7.1: a private scheme; `x:y` without slashes is no address to go back to.
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(uri) || scheme.includes('.')
    ? undefined
    : `has the scheme ${scheme} without //`;
}

function assertRedirect(uri: unknown): string {
  const problem = problemOf(uri);
  if (problem === undefined) return String(uri);
  const shown = typeof uri === 'string' ? `"${uri.slice(0, 100)}" ` : 'A redirect URI ';
  return refuse(`redirect_uris: ${shown}${problem}.`, accepted);
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

function httpsOf(value: unknown): string | undefined {
  if (typeof value !== 'string' || value.length > 2000 || !URL.canParse(value)) return undefined;
  return new URL(value).protocol === 'https:' ? value : undefined;
}

/** The registration as it is stored. Throws `invalid_input`. */
export function normaliseRegistration(body: unknown): Record<string, unknown> {
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
  const redirects = [...new Set(list.map(assertRedirect))];
  const native = redirects.some((uri) => !uri.toLowerCase().startsWith('https:'));
  const clientUri = httpsOf(given['client_uri']);
  return {
    client_name: textOf(given['client_name'], 100) ?? 'Unnamed client',
    ...(clientUri !== undefined && { client_uri: clientUri }),
    redirect_uris: redirects,
    application_type: native ? 'native' : 'web',
    grant_types: ['authorization_code', 'refresh_token'],
    response_types: ['code'],
    // Every client here is public: PKCE proves it, and there is no secret to leak.
    token_endpoint_auth_method: 'none',
  };
}
