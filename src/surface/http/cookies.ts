// The one cookie of the product: `token`, which holds a session.

const name = 'token';

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
  if (token === undefined) attributes.push('Max-Age=0');
  return [`${name}=${token ?? ''}`, ...attributes].join('; ');
}
