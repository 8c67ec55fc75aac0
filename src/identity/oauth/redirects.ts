// Where a client may have people sent back to. What would run or show something in a browser, or
// leave this machine without encryption, is refused. Pure.

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

const loopbacks = new Set(['localhost', '127.0.0.1', '[::1]']);

/** What is accepted, for errors. */
export const acceptedRedirects =
  'Accepted: https addresses, http on localhost, 127.0.0.1 or [::1], and private schemes of ' +
  'programs such as cursor://host/path; without user name, password and fragment.';

/** Does the address lead to the machine of the person? Private schemes do too. */
export function staysOnMachine(uri: string): boolean {
  const { protocol, hostname } = new URL(uri);
  return !/^https?:$/.test(protocol) || loopbacks.has(hostname);
}

/** Why the redirect URI is refused; undefined when it is taken (RFC 8252, RFC 9700 section 2.1). */
export function redirectProblem(uri: unknown): string | undefined {
  if (typeof uri !== 'string' || uri.length > 2000) return 'is no address';
  if (/[\s\\]|\p{Cc}/u.test(uri) || !URL.canParse(uri)) return 'is no address';
  const { protocol, hostname, username, password, hash } = new URL(uri);
  const scheme = protocol.slice(0, -1);
  if (username !== '' || password !== '' || /^[^/?#]*:\/\/[^/?#]*@/.test(uri)) {
    return 'holds a user name or password';
  }
  if (hash !== '' || uri.includes('#')) return 'has a fragment';
  if (dangerous.has(scheme)) return `has the scheme ${scheme}`;
  if (scheme === 'https') return hostname === '' ? 'has no host' : undefined;
  if (scheme === 'http') {
    return loopbacks.has(hostname) ? undefined : 'is http and not on this machine';
  }
  // RFC 8252 section 7.1: a private scheme; `x:y` without slashes is no address to go back to.
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(uri) || scheme.includes('.')
    ? undefined
    : `has the scheme ${scheme} without //`;
}
