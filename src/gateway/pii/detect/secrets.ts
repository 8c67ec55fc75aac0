// Secrets and API keys by the beginnings that their makers gave them, so that they can be found.
// A pattern's first group, where it has one, is the secret itself.
import type { Hit } from '../pii-type.ts';

/** Each begins with two letters that are searched for first; the rest is tried only there. */
const patterns: readonly string[] = [
  // Clouds
  '(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}',
  'AIza[\\w-]{35}',
  'ya29\\.[\\w-]{20,}',
  'GOCSPX-[\\w-]{20,}',
  'dapi[a-f0-9]{32}',
  'do[opr]_v1_[a-f0-9]{64}',
  'hv[sbr]\\.[\\w-]{20,}',
  'pul-[a-f0-9]{40}',
  // Code
  'gh[pousr]_[A-Za-z0-9]{30,255}',
  'github_pat_\\w{22,255}',
  'gl(?:pat|dt|rt|cbt|ptt|ft|imt|agent|soat|oas)-[\\w-]{20,300}(?:\\.[\\w-]{2,60}){0,3}',
  'npm_[A-Za-z0-9]{36}',
  'pypi-[\\w-]{50,}',
  'rubygems_[a-f0-9]{48}',
  'dckr_(?:pat|oat)_[\\w-]{20,}',
  'ATATT3[\\w=-]{20,}',
  'ATCTT3[\\w=-]{20,}',
  'ATBB[\\w=]{20,}',
  'sntry[su]_[\\w=+/-]{20,}',
  'lin_(?:api|oauth)_[A-Za-z0-9]{32,}',
  'PMAK-[a-f0-9-]{50,}',
  // Talk and documents
  'xox[abeoprs]-[\\w-]{10,}',
  'xapp-\\d-[\\w-]{10,}',
  'hooks\\.slack\\.com/services/(T\\w{6,}/B\\w{6,}/\\w{16,})',
  'discord(?:app)?\\.com/api/webhooks/(\\d{15,}/[\\w-]{40,})',
  'SG\\.[\\w-]{16,}\\.[\\w-]{32,}',
  'ntn_[A-Za-z0-9]{40,}',
  'secret_[A-Za-z0-9]{40,}',
  'figd_[\\w-]{30,}',
  'pat-(?:na|eu)\\d-[a-f0-9-]{36}',
  // Models
  'sk-(?=[\\w-]*\\d)(?:proj-|ant-|or-|svcacct-|lf-)?[\\w-]{20,}',
  'hf_[A-Za-z0-9]{30,}',
  'gsk_[A-Za-z0-9]{40,}',
  'xai-[A-Za-z0-9]{40,}',
  'r8_[A-Za-z0-9]{30,}',
  // Money and shops
  '[srp]k_(?:live|test)_[A-Za-z0-9]{16,}',
  'whsec_[A-Za-z0-9+/=]{24,}',
  'shp(?:at|ca|pa|ss)_[a-fA-F0-9]{32}',
  'sq0[a-z]{3}-[\\w-]{22,}',
  // Operations
  'glsa_[A-Za-z0-9]{32}_[a-f0-9]{8}',
  'glc_[A-Za-z0-9+/=]{32,}',
  'NRAK-[A-Z0-9]{27}',
  'sbp_[a-f0-9]{40}',
  'key-[a-f0-9]{32}',
  'AGE-SECRET-KEY-1[A-Z0-9]{58}',
  // Millrace itself
  'mr[sj]?_[A-Za-z0-9]{24,}',
  // Forms that many use
  'eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]{8,}',
  '[Bb]earer\\s{1,3}((?=[\\w.~+/-]*\\d)[\\w.~+/-]{16,}={0,2})',
  '[Bb]asic\\s{1,3}((?=[A-Za-z0-9+/]*\\d)[A-Za-z0-9+/]{16,}={0,2})',
];

const keyLine = (word: string): string => `-----${word} [A-Z ]{0,20}PRIVATE KEY(?: BLOCK)?-----`;
const privateKey = new RegExp(`${keyLine('BEGIN')}[^-]{16,20000}(?:${keyLine('END')})?`, 'y');
const login = /:\/\/[^\s/:@"'<>]{1,128}:([^\s/@"'<>]{1,256})$/;

const pairOf = (first: number, second: number): number => (first << 7) | second;

/** The two letters with which matches of a pattern can begin; `[ab]` stands for each. */
function beginnings(pattern: string): string[] {
  const classAt = /^\[([A-Za-z]+)\]/.exec(pattern);
  if (classAt) {
    const next = pattern[classAt[0].length] ?? '';
    return Array.from(classAt[1] ?? '').map((letter) => letter + next);
  }
  const group = /^\(\?:([^)]+)\)/.exec(pattern);
  if (group) return (group[1] ?? '').split('|').map((each) => each.slice(0, 2));
  const choice = /^(.)\[([a-z]+)\]/.exec(pattern);
  if (choice) return Array.from(choice[2] ?? '').map((letter) => (choice[1] ?? '') + letter);
  return [pattern.slice(0, 2)];
}

const byPair = new Map<number, RegExp[]>();
for (const pattern of patterns) {
  for (const two of beginnings(pattern)) {
    const pair = pairOf(two.charCodeAt(0), two.charCodeAt(1));
    const known = byPair.get(pair) ?? [];
    byPair.set(pair, [...known, new RegExp(`${pattern}(?![A-Za-z0-9])`, 'dy')]);
  }
}
const isPair = new Uint8Array(1 << 14);
for (const pair of byPair.keys()) isPair[pair] = 1;

/** The key that begins at `start`, where a word does. */
export function secretAt(text: string, start: number): Hit | undefined {
  const first = text.charCodeAt(start);
  const second = text.charCodeAt(start + 1);
  if (first > 127 || !(second <= 127)) return undefined;
  const pair = pairOf(first, second);
  if (isPair[pair] === 0) return undefined;
  for (const pattern of byPair.get(pair) ?? []) {
    pattern.lastIndex = start;
    const places = pattern.exec(text)?.indices;
    const place = places?.[1] ?? places?.[0];
    if (place) return { type: 'SECRET', start: place[0], end: place[1] };
  }
  return undefined;
}

/** The private key whose dashes begin at `start`; one that was cut off counts as well. */
export function privateKeyAt(text: string, start: number): Hit | undefined {
  privateKey.lastIndex = start;
  const found = privateKey.exec(text)?.[0];
  return found === undefined ? undefined : { type: 'SECRET', start, end: start + found.length };
}

/** The password in `postgres://user:password@host`, whose `@` stands at `at`. */
export function loginAt(text: string, at: number): Hit | undefined {
  const password = login.exec(text.slice(Math.max(0, at - 400), at))?.[1];
  if (password === undefined || password.startsWith('⟦')) return undefined;
  return { type: 'SECRET', start: at - password.length, end: at };
}
