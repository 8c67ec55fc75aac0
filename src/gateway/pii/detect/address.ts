// IP addresses of both kinds. Those that say nothing of anybody (this host, any host, masks) stay.
import { isIPv6 } from 'node:net';
import type { Hit } from '../pii-type.ts';

const octet = '(?:25[0-5]|2[0-4]\\d|1\\d\\d|[1-9]?\\d)';
const four = new RegExp(`(?:${octet}\\.){3}${octet}(?![\\p{L}\\d_]|\\.\\d)`, 'uy');
const six = /(?:[0-9a-f]{0,4}:){2,7}(?:[0-9a-f]{0,4}|(?:\d{1,3}\.){3}\d{1,3})(?![\p{L}\d_])/iuy;
const nobody = /^(?:127\.0\.0\.1$|0\.0\.0\.0$|255\.)/;
const smallNumbers = /^(?:\d{1,2}\.){2}|\.0\.0\.0$/;
/** `Chrome/120.0.0.0`, `version 1.2.3.4`: four numbers with points are versions as well. */
const versionBefore = /(?:version|\bver\.?|\bv|[a-z]\/)[\s:="']*$/i;

export function ip4At(text: string, start: number): Hit | undefined {
  four.lastIndex = start;
  const found = four.exec(text)?.[0];
  if (found === undefined || nobody.test(found)) return undefined;
  if (smallNumbers.test(found) && versionBefore.test(text.slice(Math.max(0, start - 12), start))) {
    return undefined;
  }
  return { type: 'IP', start, end: start + found.length };
}

/** Eight pairs are the name of a device; words of C++ (`dead::beef`) have no digit. */
const isAddress = (found: string): boolean =>
  isIPv6(found) &&
  !/^[0:]*1?$/.test(found) &&
  !/^(?:[0-9a-f]{2}:){7}[0-9a-f]{2}$/i.test(found) &&
  /\d/.test(found);

export function ip6At(text: string, start: number): Hit | undefined {
  six.lastIndex = start;
  let found = six.exec(text)?.[0];
  if (found === undefined) return undefined;
  if (found.endsWith(':') && !found.endsWith('::')) found = found.slice(0, -1);
  return isAddress(found) ? { type: 'IP', start, end: start + found.length } : undefined;
}
