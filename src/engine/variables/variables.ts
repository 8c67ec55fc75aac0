// The verbs of variables. Who may call them has been decided at the door, by path; here only what
// a path cannot say: operators see no values, and a move needs the right to both places.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { pathsWithin, readableBy } from '../../identity/index.ts';
import {
  authorise,
  type Call,
  type Caller,
  displayNameOf,
  workspaceOf,
} from '../../operation/index.ts';
import type { Database, Queries } from '../../store/index.ts';
import type { Accounts } from './accounts.ts';
import type { NewVariable, Variable, VariableChange } from './variable.ts';
import * as sql from './variables.sql.ts';
import { newKey, type Vault } from './vault.ts';

export interface VariablesDeps {
  db: Database;
  clock: Clock;
  vault: Vault;
  accounts: Accounts;
  /** A running job has read this secret: its log must not show it. */
  /** Resolves once the job's log cannot show the secret. */
  learn: (jobId: string, secret: string) => Promise<void>;
}

export interface VariableFilters {
  page: number;
  perPage: number;
  pathStart?: string | undefined;
  path?: string | undefined;
  value?: string | undefined;
  description?: string | undefined;
  label?: string | undefined;
}

type Stored = Omit<Variable, 'value'> & {
  value: string;
  wrapped: string | null;
  /** When the token of the account behind it ends. */
  tokenEndsAt: number | null;
};
type Grants = Readonly<Record<string, boolean>>;

/** A value for who resolves references; the reader decides about rights. */
export interface ReadVariable {
  isSecret: boolean;
  extraPerms: Grants;
  value: () => Promise<string>;
}

export type Variables = ReturnType<typeof createVariables>;

/** Operators get at values only through the deployed scripts that they run (Windmill's rule). */
export function maySeeValues(caller: Caller): boolean {
  if (caller.kind === 'job' || caller.kind === 'system' || caller.superAdmin) return true;
  return caller.membership !== null && caller.membership.role !== 'operator';
}

const moving = {
  variables: { action: 'variables:write', risk: 'write', tool: 'updateVariable' },
  resources: { action: 'resources:write', risk: 'write', tool: 'updateResource' },
} as const;

/** Refuses a move to a place that the caller may not write. */
export function assertMayMove(caller: Caller, kind: keyof typeof moving, to: string): void {
  const verdict = authorise(caller, moving[kind], { kind, path: to });
  if (!verdict.allowed) throw verdict.error;
}

export function taken(kind: string, path: string): AppError {
  return new AppError('conflict', `There is already a ${kind} at ${path}.`, {
    hint: 'Update it, or choose another path.',
  });
}

/** What is stored of a new value: ciphertext for a secret. */
async function valueToStore(
  { vault }: VariablesDeps,
  queries: Queries,
  said: { workspace: string; value: string; isSecret: boolean; alreadyEncrypted: boolean },
): Promise<string> {
  const { workspace, value, isSecret, alreadyEncrypted } = said;
  if (!isSecret) return value;
  if (!alreadyEncrypted) return vault.encrypt(queries, workspace, value);
  await vault.open(queries, workspace, value);
  return value;
}

async function create(deps: VariablesDeps, call: Call, said: NewVariable) {
  const workspace = workspaceOf(call);
  if (said.account) await deps.accounts.assertMayUse(call, said.account);
  await deps.db.transaction(async (queries) => {
    await queries.run(sql.pruneVariables, [deps.clock.now(), workspace]);
    const inserted = await queries.run(sql.insertVariable, [
      workspace,
      said.path,
      await valueToStore(deps, queries, { workspace, ...said }),
      said.isSecret,
      said.description,
      JSON.stringify(said.extraPerms),
      said.account ?? null,
      said.isOauth,
      said.expiresAt ?? null,
      said.labels,
      displayNameOf(call.caller),
      deps.clock.now(),
    ]);
    if (inserted === 0) throw taken('variable', said.path);
  });
  return { path: said.path };
}

/** The stored value after a change; a secret never becomes clear text by itself. */
async function changedValue(
  deps: VariablesDeps,
  queries: Queries,
  { change, old, workspace }: { change: VariableChange; old: Stored; workspace: string },
): Promise<string> {
  const isSecret = change.isSecret ?? old.isSecret;
  if (change.value !== undefined) {
    const { value, alreadyEncrypted } = change;
    return valueToStore(deps, queries, { workspace, value, isSecret, alreadyEncrypted });
  }
  if (isSecret === old.isSecret) return old.value;
  if (isSecret) return deps.vault.encrypt(queries, workspace, old.value);
  throw new AppError('invalid_input', 'A secret becomes a plain variable only with a new value.', {
    hint: 'Give the value as well.',
  });
}

async function update(deps: VariablesDeps, call: Call, change: VariableChange) {
  const workspace = workspaceOf(call);
  const { path, newPath = path } = change;
  if (newPath !== path) assertMayMove(call.caller, 'variables', newPath);
  if (change.account) await deps.accounts.assertMayUse(call, change.account);
  const now = deps.clock.now();
  try {
    await deps.db.transaction(async (queries) => {
      const old = await queries.row<Stored>(sql.holdVariable, [workspace, path, now]);
      if (!old) throw notFound('variable', path);
      await queries.run(sql.updateVariable, [
        workspace,
        path,
        newPath,
        await changedValue(deps, queries, { change, old, workspace }),
        change.isSecret ?? old.isSecret,
        change.description ?? old.description,
        JSON.stringify(change.extraPerms ?? old.extraPerms),
        change.account === undefined ? old.account : change.account,
        change.isOauth ?? old.isOauth,
        change.expiresAt === undefined ? old.expiresAt : change.expiresAt,
        change.labels ?? old.labels,
        displayNameOf(call.caller),
        now,
      ]);
    });
  } catch (error) {
    if ((error as { code?: string }).code === '23505') throw taken('variable', newPath);
    throw error;
  }
  return { path: newPath };
}

function createReading(deps: VariablesDeps) {
  const { db, clock, vault, accounts } = deps;
  const find = (workspace: string, path: string): Promise<Stored | undefined> =>
    db.row<Stored>(sql.selectVariable, [workspace, path, clock.now()]);

  /** With a new token, when the one of its account is about to end. */
  async function fresh(stored: Stored): Promise<Stored> {
    const { workspaceId, path, isOauth, account, tokenEndsAt } = stored;
    if (!isOauth || account === null || tokenEndsAt === null) return stored;
    if (!accounts.isDue(tokenEndsAt)) return stored;
    await accounts.refresh(workspaceId, account);
    return (await find(workspaceId, path)) ?? stored;
  }

  async function clearOf(found: Stored): Promise<string> {
    const stored = await fresh(found);
    const { workspaceId: workspace, value: ciphertext, wrapped } = stored;
    return stored.isSecret ? vault.decrypt({ workspace, ciphertext, wrapped }) : stored.value;
  }

  async function must(call: Call, path: string): Promise<Stored> {
    const found = await find(workspaceOf(call), path);
    if (!found) throw notFound('variable', path);
    return found;
  }

  async function told(call: Call, stored: Stored): Promise<string> {
    const value = await clearOf(stored);
    const { jobId } = call.caller;
    if (stored.isSecret && jobId !== null) await deps.learn(jobId, value);
    return value;
  }

  return {
    async get(
      call: Call,
      path: string,
      shown: { decryptSecret: boolean; includeEncrypted: boolean },
    ): Promise<Variable> {
      const found = await must(call, path);
      const { wrapped: _wrapped, tokenEndsAt: _tokenEndsAt, ...stored } = found;
      const hidden = stored.isSecret && !shown.decryptSecret && !shown.includeEncrypted;
      if (hidden || !maySeeValues(call.caller)) return { ...stored, value: null };
      if (stored.isSecret && !shown.decryptSecret) return stored;
      return { ...stored, value: await told(call, found) };
    },

    async getValue(call: Call, path: string): Promise<string> {
      if (!maySeeValues(call.caller)) {
        throw new AppError('forbidden', 'Operators do not read the values of variables.', {
          hint: 'Run a script that uses it.',
        });
      }
      return told(call, await must(call, path));
    },

    exists: async (call: Call, path: string) => (await find(workspaceOf(call), path)) !== undefined,

    list(call: Call, filters: VariableFilters): Promise<Variable[]> {
      const who = readableBy(call.caller);
      return db.rows<Variable>(sql.selectVariables, [
        workspaceOf(call),
        who.all,
        who.owners,
        who.principals,
        maySeeValues(call.caller),
        clock.now(),
        filters.pathStart ?? null,
        filters.path ?? null,
        filters.value ?? null,
        filters.description ?? null,
        filters.label ?? null,
        filters.perPage,
        (filters.page - 1) * filters.perPage,
        pathsWithin(call.caller, 'variables'),
      ]);
    },

    /** Without a look at rights: for who resolves references and asks for them itself. */
    async read(workspace: string, path: string): Promise<ReadVariable | undefined> {
      const found = await find(workspace, path);
      if (!found) return undefined;
      const { isSecret, extraPerms } = found;
      return { isSecret, extraPerms, value: () => clearOf(found) };
    },

    async extraPerms(workspace: string, path: string): Promise<Grants | undefined> {
      const row = await db.row<{ extraPerms: Grants }>(sql.selectVariablePerms, [workspace, path]);
      return row?.extraPerms;
    },
  };
}

export function createVariables(deps: VariablesDeps) {
  const { db, vault } = deps;
  return {
    ...createReading(deps),
    create: (call: Call, said: NewVariable) => create(deps, call, said),
    update: (call: Call, change: VariableChange) => update(deps, call, change),
    /** Deletes what has expired, everywhere. Each new variable does so in its own workspace. */
    prune: () => db.run(sql.pruneVariables, [deps.clock.now(), null]),
    async delete(call: Call, path: string): Promise<{ path: string }> {
      const by = [displayNameOf(call.caller), deps.clock.now()];
      const gone = await db.run(sql.deleteVariable, [workspaceOf(call), path, ...by]);
      if (gone === 0) throw notFound('variable', path);
      return { path };
    },
    /** A new key for the workspace, and every secret under it. */
    rotateKey: async (call: Call) => ({
      secrets: await vault.rekey(workspaceOf(call), { key: newKey(), reencrypt: true }),
    }),
    /** `key`: 64 hexadecimal digits. Without `reencrypt` the secrets must be under it already. */
    setKey: async (call: Call, { key, reencrypt }: { key: string; reencrypt: boolean }) => ({
      secrets: await vault.rekey(workspaceOf(call), { key: Buffer.from(key, 'hex'), reencrypt }),
    }),
    exportKey: async (call: Call) => ({
      key: (await vault.exportKey(workspaceOf(call))).toString('hex'),
    }),
  };
}
