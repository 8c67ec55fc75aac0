// The verbs of hooks: those of the company, which admins keep, and each person's own. What was
// stored before stays as a version; what is saved is in force at once, here and elsewhere.
import { AppError, type Clock, newId, newSecret, notFound } from '../../base/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { Sealer } from '../sealer.ts';
import { builtIns } from './builtins.ts';
import type { HookCache, Owner, StoredHook } from './cache.ts';
import { type HookDefinition, needsSecret, personalProblem, purposeOf } from './definition.ts';
import { readHook, readHookFile } from './file.ts';
import * as sql from './hooks.sql.ts';
import type { HookEntry, HookVersion, Saved } from './shown.ts';

export type Whose = 'company' | 'own';

export interface HooksDeps {
  db: Database;
  clock: Clock;
  cache: HookCache;
  sealer: Sealer;
}

export const secretUse = 'gateway hook';
const mostOf: Record<Whose, number> = { company: 200, own: 50 };
const keptVersions = 50;
const secretBytes = 32;

function ownerOf(call: Call, whose: Whose): Owner {
  const workspace = workspaceOf(call);
  if (whose === 'company') return { workspace, userId: null };
  const { userId } = call.caller;
  if (userId !== null) return { workspace, userId };
  throw new AppError('forbidden', 'Only a person has hooks of their own.', {
    hint: 'Use a token of a person.',
  });
}

function assertFits(definition: HookDefinition, whose: Whose): void {
  if (builtIns().some(({ name }) => name === definition.name)) {
    throw new AppError('conflict', `${definition.name} is the name of a built-in hook.`, {
      hint: 'Choose another name; an admin may switch the built-in one.',
    });
  }
  const problem = whose === 'own' ? personalProblem(definition) : undefined;
  if (!problem) return;
  const path = problem.path.map(String).join('.');
  throw new AppError('forbidden', `In a personal hook, ${path} ${problem.message}.`, {
    hint: 'Ask an admin of the workspace for a hook of the company.',
  });
}

const kindOf = ({ script, webhook, text }: HookDefinition): HookEntry['kind'] => {
  if (script !== undefined) return 'script';
  if (webhook !== undefined) return 'webhook';
  return text === undefined ? 'steps' : 'text';
};

/** The list tells of what cannot be read any more, too. */
function entryOf(
  stored: Omit<StoredHook, 'id' | 'secret'>,
  problem: string | undefined,
): HookEntry {
  const { name, version, purpose, enabled, updatedBy, updatedAt } = stored;
  const known = { name, version, purpose, enabled, updatedBy, updatedAt, builtIn: false };
  try {
    const definition = readHook(stored.source);
    const { description, phase, order, mode } = definition;
    const kind = kindOf(definition);
    return { ...known, description, phase, kind, order, mode, problem: problem ?? null };
  } catch (error) {
    const said = error instanceof AppError ? error.message : String(error);
    return {
      ...known,
      description: '',
      phase: 'before',
      kind: 'steps',
      order: 0,
      mode: 'enforce',
      problem: problem ?? said,
    };
  }
}

const sqlState = (error: unknown): unknown => (error as { code?: unknown } | null)?.code;

const taken = (name: string): AppError =>
  new AppError('conflict', `There is a hook ${name} already.`, {
    hint: 'Update that one, or choose another name.',
  });

export type Hooks = ReturnType<typeof createHooksOf>;

export function createHooksOf({ db, clock, cache, sealer }: HooksDeps) {
  async function sealedSecret(workspace: string): Promise<{ clear: string; sealed: string }> {
    const clear = newSecret(secretBytes);
    return { clear, sealed: await sealer.seal(workspace, { use: secretUse, value: clear }) };
  }

  /** What a saved hook signs with: as before, newly made, or nothing. */
  async function secretFor(workspace: string, definition: HookDefinition, old: string | null) {
    if (!needsSecret(definition)) return { sealed: null };
    return old === null ? sealedSecret(workspace) : { sealed: old };
  }

  async function find(owner: Owner, name: string): Promise<StoredHook> {
    const found = await db.row<StoredHook>(sql.selectHook, [owner.workspace, owner.userId, name]);
    if (found) return found;
    throw notFound('hook', name);
  }

  interface Save {
    call: Call;
    owner: Owner;
    whose: Whose;
    definition: HookDefinition;
    source: string;
  }

  async function insert(queries: Queries, save: Save): Promise<Saved> {
    const { owner, whose, definition, source, call } = save;
    const { workspace, userId } = owner;
    await queries.run(sql.lockHooks, [workspace, userId ?? '']);
    const counted = await queries.row<{ count: number }>(sql.countHooks, [workspace, userId]);
    if ((counted?.count ?? 0) >= mostOf[whose]) {
      throw new AppError('conflict', `There are ${mostOf[whose]} hooks already.`, {
        hint: 'Delete some that nobody needs.',
      });
    }
    const id = newId();
    const { name, enabled = true } = definition;
    const secret: { sealed: string | null; clear?: string } = await secretFor(
      workspace,
      definition,
      null,
    );
    const by = [displayNameOf(call.caller), clock.now()];
    const row = [id, workspace, userId, name, source, purposeOf(definition), enabled];
    const made = await queries.run(sql.insertHook, [...row, secret.sealed, ...by]);
    if (made === 0) throw taken(name);
    await queries.run(sql.insertVersion, [id]);
    return { name, version: 1, ...(secret.clear !== undefined && { secret: secret.clear }) };
  }

  async function replace(queries: Queries, save: Save, old: StoredHook): Promise<Saved> {
    const { owner, definition, source, call } = save;
    const { name, enabled = old.enabled } = definition;
    const secret: { sealed: string | null; clear?: string } = await secretFor(
      owner.workspace,
      definition,
      old.secret,
    );
    const by = [displayNameOf(call.caller), clock.now()];
    const row = [old.id, name, source, purposeOf(definition), enabled, secret.sealed, ...by];
    try {
      await queries.run(sql.updateHook, row);
    } catch (error) {
      throw sqlState(error) === '23505' ? taken(name) : error;
    }
    await queries.run(sql.insertVersion, [old.id]);
    await queries.run(sql.deleteOldVersions, [old.id, keptVersions]);
    const version = old.version + 1;
    return { name, version, ...(secret.clear !== undefined && { secret: secret.clear }) };
  }

  /** Held until the transaction ends. */
  const take = (queries: Queries, { workspace, userId }: Owner, name: string) =>
    queries.row<StoredHook>(sql.takeHook, [workspace, userId, name]);

  return {
    async list(call: Call, whose: Whose): Promise<HookEntry[]> {
      const owner = ownerOf(call, whose);
      const { workspace, userId } = owner;
      const rows = await db.rows<StoredHook>(sql.selectHooks, [workspace, userId]);
      const { problems } = await cache.of(owner);
      const own = rows.map((row) => entryOf(row, problems.get(row.name)));
      if (whose === 'own') return own;
      type Switch = { name: string; enabled: boolean };
      const switched = await db.rows<Switch>(sql.selectSwitches, [workspace]);
      const switches = new Map(switched.map(({ name, enabled }) => [name, enabled]));
      const built = builtIns().map((hook): HookEntry => {
        const { name, purpose, source, updatedBy } = hook;
        const enabled = switches.get(name) ?? true;
        const row = { name, purpose, source, updatedBy, enabled, version: 1, updatedAt: 0 };
        return { ...entryOf(row, undefined), builtIn: true };
      });
      return [...own, ...built];
    },

    async get(call: Call, whose: Whose, name: string) {
      const built = whose === 'company' ? builtIns().find((hook) => hook.name === name) : undefined;
      if (built) return { name, source: built.source, builtIn: true, versions: [] };
      const { id, source } = await find(ownerOf(call, whose), name);
      const versions = await db.rows<HookVersion>(sql.selectVersions, [id]);
      return { name, source, builtIn: false, versions };
    },

    async create(call: Call, whose: Whose, source: string): Promise<Saved> {
      const owner = ownerOf(call, whose);
      const definition = readHook(source);
      assertFits(definition, whose);
      const save = { call, owner, whose, definition, source };
      const saved = await db.transaction((queries) => insert(queries, save));
      cache.changed(owner);
      return saved;
    },

    async update(call: Call, whose: Whose, said: { name: string; source: string }): Promise<Saved> {
      const owner = ownerOf(call, whose);
      const { name, source } = said;
      const definition = readHook(source);
      assertFits(definition, whose);
      const saved = await db.transaction(async (queries) => {
        const old = await take(queries, owner, name);
        if (!old) throw notFound('hook', name);
        return replace(queries, { call, owner, whose, definition, source }, old);
      });
      cache.changed(owner);
      return saved;
    },

    /** All hooks of a file or none: those that are there are replaced, others stay. */
    async importFile(call: Call, whose: Whose, file: string): Promise<Saved[]> {
      const owner = ownerOf(call, whose);
      const hooks = readHookFile(file);
      for (const { definition } of hooks) assertFits(definition, whose);
      const saved = await db.transaction(async (queries) => {
        const done: Saved[] = [];
        for (const { definition, source } of hooks) {
          const save = { call, owner, whose, definition, source };
          const old = await take(queries, owner, definition.name);
          if (old?.source === source) done.push({ name: old.name, version: old.version });
          else done.push(await (old ? replace(queries, save, old) : insert(queries, save)));
        }
        return done;
      });
      cache.changed(owner);
      return saved;
    },

    async setEnabled(call: Call, whose: Whose, said: { name: string; enabled: boolean }) {
      const owner = ownerOf(call, whose);
      const { workspace, userId } = owner;
      const { name, enabled } = said;
      const by = [displayNameOf(call.caller), clock.now()];
      if (whose === 'company' && builtIns().some((hook) => hook.name === name)) {
        await db.run(sql.upsertSwitch, [workspace, name, enabled, ...by]);
      } else if ((await db.run(sql.setEnabled, [workspace, userId, name, enabled, ...by])) === 0) {
        throw notFound('hook', name);
      }
      cache.changed(owner);
      return { name, enabled };
    },

    async remove(call: Call, whose: Whose, name: string): Promise<{ name: string }> {
      const owner = ownerOf(call, whose);
      const gone = await db.run(sql.deleteHook, [owner.workspace, owner.userId, name]);
      if (gone === 0) throw notFound('hook', name);
      cache.changed(owner);
      return { name };
    },

    /** In place of the old one, which signs nothing any more; shown this once. */
    async newSecret(call: Call, name: string): Promise<{ name: string; secret: string }> {
      const owner = ownerOf(call, 'company');
      const { id, source } = await find(owner, name);
      if (!needsSecret(readHook(source))) {
        throw new AppError('invalid_input', `The hook ${name} sends nothing to sign.`, {
          hint: 'Only hooks with a webhook or a notify step have a secret.',
        });
      }
      const { clear, sealed } = await sealedSecret(owner.workspace);
      await db.run(sql.setSecret, [id, sealed]);
      cache.changed(owner);
      return { name, secret: clear };
    },
  };
}
