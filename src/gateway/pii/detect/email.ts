// E-mail addresses, found from their `@` outwards (RFC 5321 as far as people use it), also with
// the `@` written as in URLs and HTML.
import type { Hit } from '../pii-type.ts';

const localPart = /[\p{L}\p{N}._%+'-]/u;
const domain = /[\p{L}\p{N}][\p{L}\p{N}-]{0,62}(?:\.[\p{L}\p{N}][\p{L}\p{N}-]{0,62}){1,8}/uy;
const topLevel = /^(?:\p{L}{2,24}|xn--[a-z0-9-]{2,59})$/iu;
const pictureSize = /^[1-4]x\./;
const atSigns = /@|%40|&#64;|&#x40;|&commat;/iy;
const maxLocal = 64;

/** Where the domain at `from` ends, undefined when it has no top-level domain. */
function domainEnd(text: string, from: number): number | undefined {
  domain.lastIndex = from;
  const found = domain.exec(text)?.[0];
  if (found === undefined || pictureSize.test(found)) return undefined;
  // `a@b.de-` and `a@b.com.2` end where the last label that can be a top-level domain does.
  const labels = found.split('.');
  while (labels.length > 1) {
    const last = (labels.at(-1) ?? '').replace(/-+$/, '');
    if (topLevel.test(last)) return from + [...labels.slice(0, -1), last].join('.').length;
    labels.pop();
  }
  return undefined;
}

function localStart(text: string, at: number): number {
  let start = at;
  const low = Math.max(0, at - maxLocal);
  while (start > low && localPart.test(text[start - 1] ?? '')) start -= 1;
  while (start < at && /[.'%-]/.test(text[start] ?? '')) start += 1;
  // A line break in JSON that was written twice: its letter belongs to it, not to the address.
  if (text[start - 1] === '\\' && /[nrt]/.test(text[start] ?? '') && start + 1 < at) start += 1;
  return start;
}

/** The address whose `@` (or `%40`, `&#64;`) stands at `at`. */
export function emailAt(text: string, at: number): Hit | undefined {
  atSigns.lastIndex = at;
  const sign = atSigns.exec(text)?.[0];
  if (sign === undefined) return undefined;
  const start = localStart(text, at);
  if (start === at) return undefined;
  const end = domainEnd(text, at + sign.length);
  if (end === undefined) return undefined;
  // `git@github.com:owner/repository` is an account of everybody.
  const isGit = text.slice(start, at) === 'git' && /[:/]/.test(text[end] ?? '');
  return isGit ? undefined : { type: 'EMAIL', start, end };
}
