// Results that stand for later runs of the same code with the same input and rights. What a secret
// is part of is never kept: its key would say too much about it.
import { canonicalJson, sha256 } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import { holdsReference } from '../resources/index.ts';
import { keepCached, selectCached } from './cache.sql.ts';
import type { FlowItems } from './items.ts';
import type { RunRow } from './runs.ts';

/** How long a job may take until its result is there to be used. */
const longestRunMs = 24 * 3600 * 1000;

export interface CacheAsk {
  /** Whose job it is about to be. */
  row: RunRow;
  jobId: string;
  /** What names the code: a version, a bundle. */
  code: readonly unknown[];
  args: Record<string, unknown>;
  ttlS: number;
}

export interface FlowCacheDeps {
  db: Database;
  items: Pick<FlowItems, 'resolve'>;
  now: () => number;
}

export type FlowCache = ReturnType<typeof createFlowCache>;

export function createFlowCache({ db, items, now }: FlowCacheDeps) {
  async function keyOf({ row, code, args }: CacheAsk): Promise<string | undefined> {
    const { value, secrets } = holdsReference(args)
      ? await items.resolve(row, args)
      : { value: args, secrets: [] };
    if (secrets.length > 0) return undefined;
    const { workspace, permissionedAs, scopes } = row;
    return sha256(canonicalJson([workspace, permissionedAs, scopes, code, value]));
  }

  /** The result to use; undefined: run it, and others may use what `jobId` gives. */
  return async function cached(ask: CacheAsk): Promise<string | undefined> {
    const key = await keyOf(ask);
    if (key === undefined) return undefined;
    const at = now();
    const found = await db.row<{ resultJson: string }>(selectCached, [key, at - ask.ttlS * 1000]);
    if (found) return found.resultJson;
    const expiresAt = at + longestRunMs + ask.ttlS * 1000;
    await db.run(keepCached, [key, ask.jobId, expiresAt, at]);
    return undefined;
  };
}
