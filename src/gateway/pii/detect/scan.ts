// Finds personal values in a text, in one walk over its characters: most are looked up in a table
// and passed, and a detector is asked only where one of its values can begin.
import type { Hit } from '../pii-type.ts';
import { tokenAt } from '../token.ts';
import { ip4At, ip6At } from './address.ts';
import { cardAt } from './card.ts';
import { type CustomPattern, compilePattern, customHits } from './custom.ts';
import { emailAt } from './email.ts';
import { createIbanAt, type IbanLibrary } from './iban.ts';
import type { NameIndex } from './names.ts';
import { createPhoneAt, type PhoneDetector, type PhoneLibrary } from './phone.ts';
import { loginAt, privateKeyAt, secretAt } from './secrets.ts';

/** What a field's name says of its digits: a number to call, or the id of something. */
export type FieldSense = 'phone' | 'plain' | undefined;

export interface Scanner {
  readonly findsNames: boolean;
  /** Hits in the order of the text, none overlapping another. */
  scan(text: string, names: readonly NameIndex[], sense?: FieldSense): Hit[];
}

const other = 0;
const letter = 1;
const digit = 2;
const trigger = 3;

const kinds = new Uint8Array(128);
for (const char of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz_') {
  kinds[char.charCodeAt(0)] = letter;
}
for (const char of '0123456789') kinds[char.charCodeAt(0)] = digit;
for (const char of '@%&+(:-') kinds[char.charCodeAt(0)] = trigger;

const bracket = '⟦'.charCodeAt(0);
const isDigit = (code: number): boolean => code >= 48 && code <= 57;
const wide = /\p{L}/u;

/** The common marks and spaces come first: most of what is not ASCII is a letter or one of them. */
function wideKind(text: string, at: number, code: number): number {
  if (code === bracket) return trigger;
  if (code < 0xc0 || (code >= 0x2000 && code < 0x2070)) return other;
  return wide.test(text[at] ?? '') ? letter : other;
}

const uuid = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/iy;
const clock = String.raw`(?:[T ]\d\d:\d\d(?::\d\d(?:[.,]\d{1,9})?)?)?`;
const days = String.raw`\d{1,2}[./]\d{1,2}[./](?:\d{4}|\d\d)`;
const date = new RegExp(String.raw`(?:\d{4}-\d\d-\d\d${clock}|${days})(?![\d.-])`, 'y');

const endOf = (pattern: RegExp, text: string, at: number): number => {
  pattern.lastIndex = at;
  return pattern.test(text) ? pattern.lastIndex : 0;
};

/** `a-4111…`, `v1.2.3`: a word, a number or a path goes on with these digits. */
function isContinued(text: string, at: number): boolean {
  const before = text[at - 1] ?? '';
  return /[-./#]/.test(before) && /[\p{L}\p{N}]/u.test(text[at - 2] ?? '');
}

/** Which kinds are wanted, and the detectors that were made for the settings. */
interface Detectors {
  sense: FieldSense;
  email: boolean;
  phone: boolean;
  iban: boolean;
  card: boolean;
  ip: boolean;
  secret: boolean;
  ibanAt: (text: string, at: number) => Hit | undefined;
  phoneAt: PhoneDetector;
}

/** A hit, an index up to which there is nothing to find, or undefined. */
type Find = Hit | number | undefined;

/** The group that begins here is followed by a colon: only then it can begin an IPv6 address. */
function hasColon(text: string, at: number): boolean {
  for (let next = at + 1; next <= at + 4; next += 1) {
    if (text.charCodeAt(next) === 58) return true;
  }
  return false;
}

function atDigit(text: string, at: number, on: Detectors): Find {
  const skip = (text.charCodeAt(at + 8) === 45 && endOf(uuid, text, at)) || endOf(date, text, at);
  if (skip > 0) return skip;
  if (on.ip && hasColon(text, at)) {
    const address = ip6At(text, at);
    if (address) return address;
  }
  // Ids go on after a hyphen or a point, and a field for ids holds nothing to call or to pay with.
  if (on.sense === 'plain' || isContinued(text, at)) return undefined;
  return (
    (on.ip && ip4At(text, at)) ||
    (on.card && cardAt(text, at)) ||
    (on.phone && on.phoneAt(text, at, on.sense === 'phone')) ||
    undefined
  );
}

function atLetter(text: string, at: number, on: Detectors): Find {
  const isHex = (text.charCodeAt(at) | 32) <= 102;
  if (isHex && text.charCodeAt(at + 8) === 45) {
    const skip = endOf(uuid, text, at);
    if (skip > 0) return skip;
  }
  if (on.secret) {
    const secret = secretAt(text, at);
    if (secret) return secret;
  }
  if (on.iban && isDigit(text.charCodeAt(at + 2))) {
    const iban = on.ibanAt(text, at);
    if (iban) return iban;
  }
  return isHex && on.ip && hasColon(text, at) ? ip6At(text, at) : undefined;
}

function atTrigger(text: string, at: number, on: Detectors): Find {
  const next = text.charCodeAt(at + 1);
  switch (text[at]) {
    case '@':
      return (on.secret && loginAt(text, at)) || (on.email && emailAt(text, at)) || undefined;
    case '%':
    case '&': {
      const isSign = on.email && /^(?:%40|&#|&c)/.test(text.slice(at, at + 3));
      return isSign ? emailAt(text, at) : undefined;
    }
    case '+':
    case '(': {
      const isNumber = isDigit(next) || next === 40 || next === 43;
      return on.phone && isNumber ? on.phoneAt(text, at, on.sense === 'phone') : undefined;
    }
    case ':':
      return on.ip && next === 58 ? ip6At(text, at) : undefined;
    default:
      return on.secret && text.startsWith('-----BEGIN ', at) ? privateKeyAt(text, at) : undefined;
  }
}

export interface ScannerOptions {
  types: readonly string[];
  phoneRegions: readonly string[];
  patterns: readonly CustomPattern[];
  libraries: { phone: PhoneLibrary; iban: IbanLibrary };
}

export function createScanner({
  types,
  phoneRegions,
  patterns,
  libraries,
}: ScannerOptions): Scanner {
  const wanted = new Set(types);
  const own = patterns.map(compilePattern);
  const detectors: Detectors = {
    sense: undefined,
    email: wanted.has('EMAIL'),
    phone: wanted.has('PHONE'),
    iban: wanted.has('IBAN'),
    card: wanted.has('CARD'),
    ip: wanted.has('IP'),
    secret: wanted.has('SECRET'),
    ibanAt: createIbanAt(libraries.iban),
    phoneAt: createPhoneAt(libraries.phone, phoneRegions),
  };
  const inPhoneFields: Detectors = { ...detectors, sense: 'phone' };
  const inPlainFields: Detectors = { ...detectors, sense: 'plain' };

  function nameAt(text: string, start: number, names: readonly NameIndex[]): Hit | undefined {
    if (names.length === 0) return undefined;
    for (const index of names) {
      const end = index.endAt(text, start);
      if (end !== undefined) return { type: 'NAME', start, end };
    }
    return undefined;
  }

  function scan(text: string, names: readonly NameIndex[], sense?: FieldSense): Hit[] {
    const on = sense === 'phone' ? inPhoneFields : sense === 'plain' ? inPlainFields : detectors;
    const hits: Hit[] = [];
    const tokens: { start: number; end: number }[] = [];
    const knownNames = wanted.has('NAME') ? names : [];
    let isInWord = false;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      const kind = code < 128 ? (kinds[code] ?? other) : wideKind(text, at, code);
      if (kind === other) {
        isInWord = false;
        continue;
      }
      if (isInWord && kind !== trigger) continue;
      const follows = isInWord;
      isInWord = kind !== trigger;
      // After a word these three join it with the next, and no value begins at them.
      if (follows && (code === 43 || code === 40 || code === 58)) continue;
      if (code === bracket) {
        // A token is nobody's value; but one that hides in its display is found.
        const token = tokenAt(text, at);
        if (token) tokens.push({ start: at, end: at + token.length });
        continue;
      }
      let found: Find;
      if (kind === digit) found = atDigit(text, at, on);
      else if (kind === trigger) found = atTrigger(text, at, on);
      else found = atLetter(text, at, on) ?? nameAt(text, at, knownNames);
      if (found === undefined) continue;
      if (typeof found !== 'number') {
        // An address that is found at its `@` takes what was found in its beginning.
        while ((hits.at(-1)?.end ?? 0) > found.start) hits.pop();
        hits.push(found);
        found = found.end;
      }
      at = Math.max(at, found - 1);
      isInWord = true;
    }
    if (own.length === 0) return hits;
    const found = customHits(text, own, [...tokens, ...hits]);
    return found.length === 0 ? hits : [...hits, ...found].toSorted((a, b) => a.start - b.start);
  }

  return { findsNames: wanted.has('NAME'), scan };
}
