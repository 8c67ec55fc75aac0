// What a script or flow says about its runs besides the code: limits, debouncing, caching,
// priority. Windmill's names, because they come and go in its bodies; kept under `extra`.
import { z } from 'zod';

const seconds = z.number().min(0).max(31_536_000).nullish();
const key = z.string().max(255).nullish();

/** Loose: whatever else a body holds is not this file's business. */
export const runPolicy = z.looseObject({
  concurrent_limit: z.int().min(1).max(100_000).nullish(),
  concurrency_time_window_s: z.int().min(0).max(31_536_000).nullish(),
  concurrency_key: key,
  debounce_delay_s: seconds,
  debounce_key: key,
  debounce_args_to_accumulate: z.array(z.string().max(255)).max(100).nullish(),
  max_total_debouncing_time: seconds,
  max_total_debounces_amount: z.int().min(1).max(1_000_000).nullish(),
  cache_ttl: seconds,
  priority: z.int().min(0).max(100).nullish(),
  delete_after_secs: z.int().min(0).max(31_536_000).nullish(),
  delete_after_use: z.boolean().nullish(),
});

export type RunPolicy = z.output<typeof runPolicy>;

/** For zod's `superRefine`: what is wrong with the fields that are known, each with its name. */
export function refinePolicy(extra: Record<string, unknown>, context: z.RefinementCtx): void {
  const read = runPolicy.safeParse(extra);
  for (const { path, message } of read.error?.issues ?? []) {
    context.addIssue({ code: 'custom', path: [...path], message });
  }
}

/** What was stored; anything wrong in it (from before it was checked) does not count. */
export function policyOf(stored: unknown): RunPolicy {
  return runPolicy.safeParse(stored ?? {}).data ?? {};
}
