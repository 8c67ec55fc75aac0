// What limits, priority and caching mean for a step: those of the script that it runs, or of the
// module that holds its code. Debouncing is for runs that somebody starts, not for steps.
import type { Database } from '../../store/index.ts';
import { findCached, termsOf } from '../jobs/index.ts';
import { policyOf, type RunPolicy } from '../scripts/index.ts';
import type { ChildRow } from './children.ts';
import type { FlowRun, FlowSource } from './runs.ts';
import type { FlowModule } from './value.ts';

/** A rawscript's own limits; its key has a name of its own in OpenFlow. */
export function policyOfModule({ value }: FlowModule): RunPolicy {
  if (value.type !== 'rawscript') return {};
  return {
    concurrent_limit: value.concurrent_limit,
    concurrency_time_window_s: value.concurrency_time_window_s,
    concurrency_key: value.custom_concurrency_key,
  };
}

/** The columns of a step's row; one whose result is known is over from the start. */
export async function stepTerms(
  { db, now }: { db: Database; now: () => number },
  run: FlowRun,
  step: Pick<ChildRow, 'path' | 'hash' | 'args'> & { policy: RunPolicy; permissionedAs?: string },
): Promise<Partial<ChildRow>> {
  const { workspace, scopes } = run.row;
  const { path, hash, args, policy, permissionedAs = run.row.permissionedAs } = step;
  const asked = { workspace, kind: 'script', path, code: hash, permissionedAs, scopes, args };
  const { debounce, cacheTtlMs, priority, ...columns } = termsOf(policy, asked);
  void debounce;
  const cached = await findCached(db, { cacheKey: columns.cacheKey, cacheTtlMs }, now());
  const ofFlow = run.source.value.priority;
  return { ...columns, ...(ofFlow ? {} : { priority }), ...cached };
}

/** The same for a sub-flow, without a cache: its run is what people look for. */
export function flowTerms(
  run: FlowRun,
  {
    path,
    args,
    found,
  }: { path: string; args: Record<string, unknown>; found: Pick<FlowSource, 'value' | 'extra'> },
): Partial<ChildRow> {
  const { workspace, permissionedAs, scopes } = run.row;
  const asked = { workspace, kind: 'flow', path, code: null, permissionedAs, scopes, args };
  const terms = termsOf(policyOf({ ...found.extra, ...found.value }), asked);
  const { concurrencyKey, concurrencyLimit, concurrencyWindowS, deleteAfterS } = terms;
  const limits = { concurrencyKey, concurrencyLimit, concurrencyWindowS, deleteAfterS };
  return { ...limits, priority: run.source.value.priority || terms.priority };
}
