// Phone numbers. Most digits are none, so form decides first and libphonenumber-js judges what is
// left: `+` and `00` numbers of all countries, national ones of the chosen regions when they are
// written as such, and bare digits where a word or a field says that they are a number to call.
import type { CountryCode } from 'libphonenumber-js/min';
import type { Hit } from '../pii-type.ts';

export type PhoneLibrary = typeof import('libphonenumber-js/min');

const gap = '[ \\u00a0\\u202f().\\/\\u2010-\\u2013-]{0,3}';
const run = new RegExp(`[+(]?\\(?\\d(?:${gap}\\d){5,18}`, 'y');
const called =
  /(?:tel|phone|fon|mobile?|handy|fax|call|whatsapp|sms|cell|rufnummer)[^\p{N}\n]{0,12}$/iu;
/** `030 901820`, `(030) 901820`, `0171/1234567`: never with a point. */
const national = /^\(?0[1-9]\d{1,4}\)?[ \u00a0\u202f/\u2010-\u2013-]/;
/** `(415) 555-2671`, `415-555-2671`, `1 415.555.2671`. */
const american = /^(?:1[-. ])?(?:\([2-9]\d\d\) ?|[2-9]\d\d[-. ])[2-9]\d\d[-. ]\d{4}$/;

const digitsIn = (text: string): number => text.replace(/\D/g, '').length;

export interface PhoneDetector {
  /** The number that begins at `start`, where `+`, `(` or a digit stands. */
  (text: string, start: number, isPhoneField: boolean): Hit | undefined;
}

export function createPhoneAt(
  { parsePhoneNumberFromString: parse }: PhoneLibrary,
  regions: readonly string[],
): PhoneDetector {
  const countries = regions as readonly CountryCode[];

  function isNumber(candidate: string, region?: CountryCode): boolean {
    const given =
      region === undefined ? { extract: false } : { extract: false, defaultCountry: region };
    return parse(candidate, given)?.isValid() === true;
  }

  const inRegions = (candidate: string): boolean =>
    countries.some((region) => isNumber(candidate, region));

  /** By its form alone: which question is worth asking? */
  function judge(candidate: string, isExpected: boolean): boolean {
    if (candidate.startsWith('+')) return isNumber(candidate);
    const digits = digitsIn(candidate);
    if (candidate.startsWith('00')) {
      const isGrouped = digits < candidate.length || digits >= 11;
      return (isGrouped || isExpected) && isNumber(`+${candidate.slice(2)}`);
    }
    if (american.test(candidate)) return isNumber(candidate, 'US');
    if (isExpected) return inRegions(candidate) || (digits >= 10 && isNumber(`+${candidate}`));
    return (
      digits >= 9 && national.test(candidate) && !candidate.includes('.') && inRegions(candidate)
    );
  }

  return (text, start, isPhoneField) => {
    run.lastIndex = start;
    const [longest] = run.exec(text) ?? [];
    if (longest === undefined) return undefined;
    // `(0171/1234567)`: a bracket around the number is not its own.
    if (longest.startsWith('(') && !longest.includes(')')) return undefined;
    let candidate = longest;
    const isExpected = isPhoneField || called.test(text.slice(Math.max(0, start - 24), start));
    const shape = /^(?:\+|\(|00[ .-]?[1-9]|0[1-9]|1[-. ]|[2-9]\d\d[-. ])/;
    if (!isExpected && !shape.test(candidate)) return undefined;
    // Other numbers may follow: the longest beginning that is a number, group by group.
    for (let tries = 0; tries < 5 && digitsIn(candidate) >= 6; tries += 1) {
      const end = start + candidate.length;
      const isWhole = !/[\p{L}\p{N}_]|-[\p{L}\p{N}]|\.\d/uy.test(text.slice(end, end + 2));
      if (isWhole && judge(candidate, isExpected)) return { type: 'PHONE', start, end };
      const shorter = candidate.replace(/[^\d+]+\d+$/, '');
      if (shorter === candidate) return undefined;
      candidate = shorter;
    }
    return undefined;
  };
}
