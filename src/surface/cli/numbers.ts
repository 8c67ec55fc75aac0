// Numbers and spans of time given on the command line.
import { type Given, usageError } from './command.ts';
import { spanMs } from './format.ts';

/** A whole number from 1 on. */
export function countOf(given: Given, option: string, fallback: number): number {
  const text = given.text(option);
  if (text === undefined) return fallback;
  const count = Number(text);
  if (Number.isInteger(count) && count >= 1) return count;
  throw usageError(`--${option} takes a whole number from 1 on, not "${text}".`);
}

/** `--page` and `--limit`, as the lists of the server want them. */
export function pageOf(given: Given): { page: number; perPage: number } {
  return { page: countOf(given, 'page', 1), perPage: countOf(given, 'limit', 30) };
}

/** `90d`, `12h`, or a date such as 2027-01-31, as an ISO time. */
export function expiryOf(text: string, nowAt: number): string {
  const span = spanMs(text);
  if (span !== undefined && span > 0) return new Date(nowAt + span).toISOString();
  const at = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN;
  if (at > nowAt) return new Date(at).toISOString();
  throw usageError(
    Number.isNaN(at)
      ? `--expires does not understand "${text}".`
      : `--expires ${text} is in the past.`,
    'Give a span (30m, 12h, 90d, 4w) or a date (2027-01-31).',
  );
}
