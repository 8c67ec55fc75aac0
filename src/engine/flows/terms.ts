// What limits, priority and caching mean for a step: those of the script that it runs, or of the
// module that holds its code.
import type { Database } from '../../store/index.ts';
import { findCached, termsOf } from '../jobs/index.ts';
import { actorOf, policyOf, type RunPolicy } from '../scripts/index.ts';
import type { ChildRow } from './children.ts';
import type { FlowRunnable } from './flows.ts';
import type { FlowRun } from './runs.ts';
import { sharedFolderOf } from './shared-folder.ts';
import { flowHash } from './state.ts';
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

interface TermsDeps {
  db: Database;
  now: () => number;
}

/** What was found for the row is in it; steps that leave files behind have to run. */
async function reused(
  { db, now }: TermsDeps,
  run: FlowRun,
  { cacheKey, cacheTtlMs }: { cacheKey: string | null; cacheTtlMs: number },
): Promise<Partial<ChildRow>> {
  if (sharedFolderOf(run) !== null) return {};
  const found = await findCached(db, { cacheKey, cacheTtlMs }, now());
  // What is known already waits for nobody.
  return { cacheKey, ...found, ...(found.finished ? { debounce: undefined } : {}) };
}

/** The columns of a step's row; one whose result is known is over from the start. */
export async function stepTerms(
  deps: TermsDeps,
  run: FlowRun,
  step: Pick<ChildRow, 'path' | 'hash' | 'args'> & { policy: RunPolicy; permissionedAs?: string },
): Promise<Partial<ChildRow>> {
  const { workspace, scopes } = run.row;
  const { path, hash, args, policy, permissionedAs = run.row.permissionedAs } = step;
  const asked = { workspace, kind: 'script', path, code: hash, permissionedAs, scopes, args };
  const { cacheKey, cacheTtlMs, priority, ...columns } = termsOf(policy, asked);
  const cached = await reused(deps, run, { cacheKey, cacheTtlMs });
  const ofFlow = run.source.value.priority;
  return { ...columns, ...(ofFlow ? {} : { priority }), ...cached };
}

/** The same for a sub-flow. */
export async function flowTerms(
  deps: TermsDeps,
  run: FlowRun,
  { args, found }: { args: Record<string, unknown>; found: FlowRunnable },
): Promise<Partial<ChildRow>> {
  const { workspace, scopes } = run.row;
  const { permissionedAs = run.row.permissionedAs } = actorOf(found);
  const code = flowHash(found.version);
  const asked = { workspace, kind: 'flow', path: found.path, code, permissionedAs, scopes, args };
  const terms = termsOf(policyOf({ ...found.extra, ...found.value }), asked);
  const { cacheKey, cacheTtlMs, priority, ...columns } = terms;
  const cached = await reused(deps, run, { cacheKey, cacheTtlMs });
  return { ...columns, ...cached, priority: run.source.value.priority || priority };
}

/** The row, or one that is over with what the same code gave for the same input before. */
export async function throughCache(
  deps: TermsDeps,
  run: FlowRun,
  { ttlS, row }: { ttlS: number; row: Partial<ChildRow> },
): Promise<Partial<ChildRow>> {
  const { hash, bundleHash, flowVersion, args = {} } = row;
  if (ttlS === 0 || row.finished === true) return row;
  const version = typeof flowVersion === 'number' ? flowHash(flowVersion) : null;
  const { workspace, scopes } = run.row;
  const { permissionedAs = run.row.permissionedAs } = row;
  const kind = version === null ? 'script' : 'flow';
  const code = hash ?? bundleHash ?? version;
  const asked = { workspace, kind, path: null, code, permissionedAs, scopes, args };
  // It stays a job of its own that people can open, but nothing runs.
  return { ...row, ...(await reused(deps, run, termsOf({ cache_ttl: ttlS }, asked))) };
}

/**
 * What the module says of debouncing goes before what its script or sub-flow says. Another try
 * waits for nobody.
 */
export function debounced(
  run: FlowRun,
  { id, debouncing }: FlowModule,
  row: Partial<ChildRow>,
): Partial<ChildRow> {
  const { workspace, scopes, permissionedAs, path } = run.row;
  if (row.finished === true || run.state.status.retry.fail_count > 0) {
    return { ...row, debounce: undefined };
  }
  if (!debouncing?.debounce_delay_s) return row;
  const { args = {} } = row;
  // Of a flow without a path nothing else is known to be the same step.
  const place = { kind: 'step', path: `${path ?? run.row.id}/${id}`, code: null };
  const asked = { ...place, workspace, permissionedAs, scopes, args };
  return { ...row, debounce: termsOf(debouncing, asked).debounce };
}
