// The hooks of a workspace and of its people in memory, read again after a change anywhere. What
// cannot be read keeps its last good form; a policy without one makes every call fail.
import { AppError, type Log, messageOf } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { Changes } from '../changes.ts';
import { builtIns } from './builtins.ts';
import { readHook } from './file.ts';
import * as sql from './hooks.sql.ts';
import { createHookSet, type HookSet, type LoadedHook, loadHook } from './loaded.ts';
import type { Purpose } from './definition.ts';

/** Whose hooks: the company's, or one person's. */
export interface Owner {
  workspace: string;
  /** Null: the company's. */
  userId: string | null;
}

export interface StoredHook {
  id: string;
  name: string;
  version: number;
  source: string;
  purpose: Purpose;
  enabled: boolean;
  secret: string | null;
  updatedBy: string;
  updatedAt: number;
}

export interface Loaded extends HookSet {
  /** Why a stored hook is not what it says, by name. */
  problems: ReadonlyMap<string, string>;
  /** A policy that cannot be read: nothing may pass without it. */
  missing: string | undefined;
}

interface Kept {
  revision: string;
  loading: Promise<Loaded>;
  good: Map<string, LoadedHook>;
}

/** Sets of people who called lately; the others are read again. */
const maxKept = 5000;

const keyOf = ({ workspace, userId }: Owner): string =>
  userId === null ? workspace : `${workspace} ${userId}`;

export interface CacheDeps {
  db: Database;
  log: Log;
  /** Of a channel of its own: keys are workspaces, and people in workspaces. */
  changes: Changes;
}

export function createHookCache({ db, log, changes }: CacheDeps) {
  const known = new Map<string, Kept>();

  async function builtInsOf(workspace: string): Promise<LoadedHook[]> {
    type Switch = { name: string; enabled: boolean };
    const rows = await db.rows<Switch>(sql.selectSwitches, [workspace]);
    const switches = new Map(rows.map(({ name, enabled }) => [name, enabled]));
    return builtIns().filter(({ name }) => switches.get(name) ?? true);
  }

  /** `good`: the last readable form of each hook, which this reading replaces. */
  async function read(owner: Owner, good: Map<string, LoadedHook>): Promise<Loaded> {
    const { workspace, userId } = owner;
    const rows = await db.rows<StoredHook>(sql.selectHooks, [workspace, userId]);
    const hooks = userId === null ? await builtInsOf(workspace) : [];
    const problems = new Map<string, string>();
    let missing: string | undefined;
    for (const row of rows.filter(({ enabled }) => enabled)) {
      try {
        const scope = userId === null ? 'company' : 'personal';
        const { purpose, secret, updatedBy } = row;
        const definition = readHook(row.source);
        good.set(row.id, loadHook({ definition, scope, purpose, secret, updatedBy }));
      } catch (error) {
        problems.set(row.name, messageOf(error));
        log.warn('a hook cannot be read', { workspace, hook: row.name, error: messageOf(error) });
        if (!good.has(row.id) && row.purpose === 'policy' && userId === null) missing ??= row.name;
      }
      const hook = good.get(row.id);
      if (hook) hooks.push(hook);
    }
    const there = new Set(rows.map(({ id }) => id));
    for (const id of good.keys()) if (!there.has(id)) good.delete(id);
    return { ...createHookSet(hooks), problems, missing };
  }

  /** Read now; a set that was read before stands in while the database does not answer. */
  function load(owner: Owner, last: Kept | undefined): Kept {
    const revision = changes.revision(keyOf(owner));
    const good = new Map(last?.good);
    const reading = read(owner, good);
    const kept: Kept = { revision, good, loading: reading };
    kept.loading = reading.catch((error: unknown) => {
      // The next call tries again.
      kept.revision = '';
      if (last) {
        log.warn('hooks cannot be read again', { workspace: owner.workspace, error });
        return last.loading;
      }
      if (known.get(keyOf(owner)) === kept) known.delete(keyOf(owner));
      throw new AppError('unavailable', 'The hooks of this workspace cannot be read.', {
        hint: 'Try again in a moment.',
        cause: error,
      });
    });
    return kept;
  }

  return {
    of(owner: Owner): Promise<Loaded> {
      const key = keyOf(owner);
      const kept = known.get(key);
      if (kept?.revision === changes.revision(key)) return kept.loading;
      const fresh = load(owner, kept);
      known.delete(key);
      known.set(key, fresh);
      if (known.size > maxKept) {
        const [oldest] = known.keys();
        if (oldest !== undefined) known.delete(oldest);
      }
      return fresh.loading;
    },
    /** After the commit of a change. */
    changed: (owner: Owner): void => changes.changed(keyOf(owner)),
  };
}

export type HookCache = ReturnType<typeof createHookCache>;
