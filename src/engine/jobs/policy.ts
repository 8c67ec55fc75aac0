// What the policy of a script or flow means for one run: the columns of its row.
import { canonicalJson, sha256 } from '../../base/index.ts';
import { holdsReference } from '../resources/index.ts';
import type { RunPolicy } from '../scripts/index.ts';
import { interpolate } from './interpolate.ts';

/** Of a run that waits for more of its kind. */
export interface Debounce {
  key: string;
  delayMs: number;
  /** Arguments that are lists, which grow by those of the runs that are put off. */
  accumulate: readonly string[];
  maxMs: number | null;
  maxCount: number | null;
}

export interface RunTerms {
  priority: number;
  concurrencyKey: string | null;
  concurrencyLimit: number | null;
  concurrencyWindowS: number | null;
  cacheKey: string | null;
  cacheTtlMs: number;
  deleteAfterS: number | null;
  debounce: Debounce | undefined;
}

/** The run that terms are made for. */
export interface TermsOf {
  workspace: string;
  kind: string;
  path: string | null;
  /** Names the code; without it nothing is cached. */
  code: string | null;
  permissionedAs: string;
  /** Of who starts it: a narrower token is not answered what a wider one could see. */
  scopes: readonly string[] | null;
  args: Readonly<Record<string, unknown>>;
}

/** Keys belong to a workspace: nobody else can hold up its jobs. */
function keyOf(what: string, run: TermsOf, custom: string | null | undefined): string | null {
  const { workspace, kind, path } = run;
  if (custom) return `${workspace}/${interpolate(what, custom, run)}`;
  // A preview without a path is one of its kind.
  return path === null ? null : `${workspace}/${kind}/${path}`;
}

function debounceOf(run: TermsOf, policy: RunPolicy): Debounce | undefined {
  if (!policy.debounce_delay_s) return undefined;
  const accumulate = policy.debounce_args_to_accumulate ?? [];
  const others = Object.entries(run.args).filter(([name]) => !accumulate.includes(name));
  const same = `${run.kind}/${run.path ?? ''}/${sha256(canonicalJson(Object.fromEntries(others)))}`;
  const { max_total_debouncing_time: maxS, max_total_debounces_amount: maxCount } = policy;
  const custom = policy.debounce_key ? keyOf('debounce key', run, policy.debounce_key) : null;
  return {
    key: custom ?? `${run.workspace}/${same}`,
    delayMs: policy.debounce_delay_s * 1000,
    accumulate,
    maxMs: maxS ? maxS * 1000 : null,
    maxCount: maxCount ?? null,
  };
}

/**
 * Names what may stand for the result of a run: one of the same code with the same input, rights
 * and scopes. Null where the input refers to anything: what it stands for may change, or be a
 * secret, of which a key would say too much.
 */
function cacheKeyOf(run: TermsOf): string | null {
  const { workspace, kind, code, permissionedAs, scopes, args } = run;
  if (code === null || holdsReference(args)) return null;
  return sha256(canonicalJson([workspace, kind, code, permissionedAs, scopes, args]));
}

export function termsOf(policy: RunPolicy, run: TermsOf): RunTerms {
  const wanted = policy.concurrent_limit ?? null;
  const key = wanted === null ? null : keyOf('concurrency key', run, policy.concurrency_key);
  const limit = key === null ? null : wanted;
  const ttlMs = (policy.cache_ttl ?? 0) * 1000;
  const cacheKey = ttlMs > 0 ? cacheKeyOf(run) : null;
  return {
    priority: policy.priority ?? 0,
    concurrencyKey: key,
    concurrencyLimit: limit,
    concurrencyWindowS: limit === null ? null : (policy.concurrency_time_window_s ?? 0),
    cacheKey,
    cacheTtlMs: cacheKey === null ? 0 : ttlMs,
    deleteAfterS: policy.delete_after_use ? 0 : (policy.delete_after_secs ?? null),
    debounce: debounceOf(run, policy),
  };
}
