// Which hosts and origins a request may name: against DNS rebinding (a foreign name that resolves
// to this machine) and against other sites that use a visitor's session.
import type { IncomingHttpHeaders } from 'node:http';
import { AppError } from '../../base/index.ts';

/** `[::1]:8000` → `[::1]`, `Localhost:8000` → `localhost`; undefined when it is no host. */
function hostnameOf(host: string | undefined): string | undefined {
  const url = `http://${host ?? ''}`;
  if (!host || /[/?#@\\\s]/.test(host) || !URL.canParse(url)) return undefined;
  return new URL(url).hostname;
}

function isLocalBind(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}

/**
 * A check of the `Host` header for a server bound to `host`, which answers why a request is
 * refused; every other bind is reached under names that the server cannot know.
 */
export function createHostCheck(
  host: string,
  baseUrl: string | undefined,
): (headers: IncomingHttpHeaders) => AppError | undefined {
  if (!isLocalBind(host)) return () => undefined;
  const known = new Set(['localhost', '127.0.0.1', '[::1]', host]);
  if (baseUrl !== undefined) known.add(new URL(baseUrl).hostname);
  // Nearly all requests say the same.
  let lastGood: string | undefined;
  return ({ host: said }) => {
    if (said !== undefined && said === lastGood) return undefined;
    const given = hostnameOf(said);
    if (given !== undefined && known.has(given)) {
      lastGood = said;
      return undefined;
    }
    return new AppError('forbidden', 'This server is not reached under the host name you used.', {
      hint: 'Use 127.0.0.1 or localhost, or set MILLRACE_BASE_URL to the address that people use.',
    });
  };
}

/**
 * Does the request come from a page of this server, or from no page at all? A browser says so by
 * `Sec-Fetch-Site` or `Origin`; programs send neither. `null` is the origin of pages that hide
 * theirs, so it is foreign.
 */
export function isSameOrigin(headers: IncomingHttpHeaders, baseUrl: string | undefined): boolean {
  const site = headers['sec-fetch-site'];
  if (site !== undefined && site !== 'same-origin' && site !== 'none') return false;
  const { origin } = headers;
  if (origin === undefined) return true;
  if (!URL.canParse(origin)) return false;
  const given = new URL(origin);
  if (baseUrl !== undefined && given.origin === new URL(baseUrl).origin) return true;
  // Behind a proxy that ends TLS the scheme differs, the host does not.
  return given.host !== '' && given.host === headers.host?.toLowerCase();
}
