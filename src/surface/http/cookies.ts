// The one cookie of the product: `token`, which holds a session.

const name = 'token';
/** As long as a session lasts; the server ends it whatever the browser keeps. */
const maxAgeSeconds = 30 * 24 * 60 * 60;

/** The session's token in a `Cookie` header. */
export function sessionCookieOf(header: string | undefined): string | undefined {
  if (header === undefined) return undefined;
  for (const part of header.split(';')) {
    const [key = '', ...value] = part.trim().split('=');
    if (key === name) return value.join('=') || undefined;
  }
  return undefined;
}

/** A `Set-Cookie` value; without `token` it takes the cookie away. No script of a page sees it. */
export function sessionCookie(token: string | undefined, { secure }: { secure: boolean }): string {
  const attributes = ['Path=/', 'HttpOnly', 'SameSite=Lax', ...(secure ? ['Secure'] : [])];
  attributes.push(`Max-Age=${token === undefined ? 0 : maxAgeSeconds}`);
  return [`${name}=${token ?? ''}`, ...attributes].join('; ');
}
