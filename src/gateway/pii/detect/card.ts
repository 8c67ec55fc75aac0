// Payment cards: the beginnings and lengths of the brands (ISO/IEC 7812), and Luhn's check digit.
import type { Hit } from '../pii-type.ts';

const brands: readonly [beginning: RegExp, lengths: readonly number[]][] = [
  [/^4/, [16, 13, 19]],
  [/^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  [/^3[47]/, [15]],
  [/^(?:30[0-5]|309|36|3[89])/, [14]],
  [/^(?:6011|64[4-9]|65)/, [16]],
  [/^35(?:2[89]|[3-8])/, [16]],
  [/^62/, [16, 19, 18, 17]],
  [/^(?:5018|5020|5038|5893|6304|6759|676[1-3])/, [16, 13, 12, 15, 18, 19]],
];

const digitsOfCard = /\d(?:[ \u00a0-]?\d){11,18}/y;

function luhn(digits: string): boolean {
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = digits.charCodeAt(digits.length - 1 - place) - 48;
    const doubled = digit * 2;
    sum += place % 2 === 0 ? digit : doubled > 9 ? doubled - 9 : doubled;
  }
  return sum % 10 === 0;
}

const isDigit = (code: number): boolean => code >= 48 && code <= 57;

/** The index after the first `count` digits from `start`. */
function endOfDigits(text: string, start: number, count: number): number {
  let end = start;
  for (let seen = 0; seen < count; end += 1) if (isDigit(text.charCodeAt(end))) seen += 1;
  return end;
}

/** The card number that begins at `start`; what follows it (expiry, check value) stays out. */
export function cardAt(text: string, start: number): Hit | undefined {
  digitsOfCard.lastIndex = start;
  const run = digitsOfCard.exec(text)?.[0];
  if (run === undefined) return undefined;
  const digits = run.replace(/\D/g, '');
  for (const [beginning, lengths] of brands) {
    if (!beginning.test(digits)) continue;
    for (const length of lengths) {
      if (length > digits.length || !luhn(digits.slice(0, length))) continue;
      const end = endOfDigits(text, start, length);
      if (!/[\p{L}\p{N}_]|[-.]\d/uy.test(text.slice(end, end + 2))) {
        return { type: 'CARD', start, end };
      }
    }
  }
  return undefined;
}
