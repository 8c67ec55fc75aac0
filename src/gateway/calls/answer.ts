// What a service answered, and what it means: a value, a refusal with its reason, or a request to
// come back later.
import type { AppError } from '../../base/index.ts';
import { refusal } from '../reasons.ts';
import { saidOf } from '../said.ts';

export interface Answer {
  status: number;
  /** By their names in small letters. */
  headers: ReadonlyMap<string, string>;
  body: unknown;
}

/** Some services refuse too many calls with 403, and say in headers that it is that. */
function isLimited({ status, headers }: Answer): boolean {
  if (status === 429) return true;
  const spent = headers.get('x-ratelimit-remaining') === '0' || headers.has('retry-after');
  return status === 403 && spent;
}

/** Seconds until the service takes calls again; undefined where it does not say. */
function secondsIn({ headers }: Answer, now: number): number | undefined {
  const after = headers.get('retry-after');
  const reset = headers.get('x-ratelimit-reset');
  if (after !== undefined && /^\d{1,9}$/.test(after)) return Number(after);
  let at = Number.NaN;
  if (after !== undefined) at = Date.parse(after);
  else if (reset !== undefined && /^\d{1,12}$/.test(reset)) at = Number(reset) * 1000;
  return Number.isNaN(at) ? undefined : Math.max(0, Math.ceil((at - now) / 1000));
}

/** When to come back, for an answer that says so; `now` and the result in milliseconds. */
export function waitOf(answer: Answer, now: number): number | undefined {
  const seconds = isLimited(answer) ? secondsIn(answer, now) : undefined;
  return seconds === undefined ? undefined : seconds * 1000;
}

/** In the service's own words. */
const wordsOf = (body: unknown): string =>
  saidOf(typeof body === 'string' ? body : (JSON.stringify(body) ?? ''));

/** The refusal that an answer stands for; undefined where the call succeeded. */
export function refusalOf(title: string, answer: Answer, now: number): AppError | undefined {
  const { status, body } = answer;
  if (status >= 200 && status < 300) return undefined;
  if (isLimited(answer)) {
    const seconds = secondsIn(answer, now);
    return refusal('upstream_rate_limited', `${title} takes no more calls for now.`, {
      hint: `Try again in ${seconds === undefined ? 'a minute' : `${seconds} seconds`}.`,
      details: { retryAfter: seconds ?? null },
    });
  }
  if (status === 401) {
    return refusal('auth_required', `${title} does not accept your key any more.`, {
      hint: 'Connect the service again.',
    });
  }
  const details = { status };
  if (status >= 500) {
    return refusal('upstream_unavailable', `${title} failed (${status}): ${wordsOf(body)}`, {
      hint: 'Try again later.',
      details,
    });
  }
  return refusal('upstream_failed', `${title} refused it (${status}): ${wordsOf(body)}`, {
    details,
  });
}
