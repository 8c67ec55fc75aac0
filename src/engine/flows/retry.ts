// When a failed step is tried again: the constant tries first, then the exponential ones.
import type { Retry } from './value.ts';

const longestMs = 7 * 24 * 3600 * 1000;

/**
 * Milliseconds to wait before the next try after `failures` failed ones; undefined when there is
 * none left. Exponential: multiplier × seconds ^ try (Windmill's formula). `random`: 0 to 1.
 */
export function retryDelayMs(
  retry: Retry | null | undefined,
  failures: number,
  random: number,
): number | undefined {
  const constant = retry?.constant?.attempts ?? 0;
  if (failures <= constant) return (retry?.constant?.seconds ?? 0) * 1000;
  const exponential = retry?.exponential;
  const nth = failures - constant;
  if (!exponential || nth > (exponential.attempts ?? 0)) return undefined;
  const { multiplier = 1, seconds = 1, random_factor: spread } = exponential;
  const baseMs = multiplier * seconds ** nth * 1000;
  const share = ((spread ?? 0) / 100) * (2 * random - 1);
  return Math.max(0, Math.min(longestMs, baseMs * (1 + share)));
}
