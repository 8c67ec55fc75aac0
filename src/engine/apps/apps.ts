// The verbs of apps: read, write, delete. Nothing is stored before it was checked and built, and
// then in one commit. Running components is in `execute.ts`.
import { AppError, newSecret, notFound } from '../../base/index.ts';
import { pathsWithin, readableBy } from '../../identity/index.ts';
import {
  authorise,
  type Call,
  type Caller,
  displayNameOf,
  workspaceOf,
} from '../../operation/index.ts';
import { isStarred } from '../favorites/index.ts';
import type { Database } from '../../store/index.ts';
import type { App, AppChange, AppRow, Deployed, NewApp } from './app.ts';
import * as sql from './apps.sql.ts';
import type { CheckDeps, Compiled } from './check.ts';
import { prepareIdentity } from './identity.ts';
import type { GivenPolicy, Policy } from './policy.ts';
import { type Prepared, prepareApp } from './prepare.ts';
import { publicApp } from './public.ts';

export interface AppsDeps extends CheckDeps {
  /** Somebody with full rights in a workspace; undefined when they are no member. */
  memberOf: (workspace: string, username: string) => Promise<Caller | undefined>;
}

export interface AppFilters {
  page: number;
  perPage: number;
  orderDesc: boolean;
  createdBy?: string | undefined;
  pathStart?: string | undefined;
  pathExact?: string | undefined;
  label?: string | undefined;
  starredOnly: boolean;
}

export interface AppHistoryRow {
  version: number;
  createdAt: number;
  createdBy: string;
  deploymentMsg: string | null;
}

/** The head of a path, as writing and running need it. */
export interface AppHead {
  id: number;
  path: string;
  summary: string;
  policy: Policy;
  policyScopes: string[] | null;
  version: number;
  extraPerms: Record<string, boolean>;
  labels: string[];
  customPath: string | null;
  publicSecret: string;
  rawApp: boolean;
  runnables: Record<string, Compiled>;
  bundleSecret: string;
}

export type Apps = ReturnType<typeof createApps>;

const pathTaken = (path: string): AppError =>
  new AppError('conflict', `There is an app at ${path} already.`, {
    hint: 'Update it, or choose another path.',
  });

const overtaken = (path: string): AppError =>
  new AppError('conflict', `Somebody deployed another version of ${path} in between.`, {
    hint: 'Read the app again, bring your change into it, and send it once more.',
  });

function isUnique(error: unknown, constraint: string): boolean {
  const { code, constraint: name } = error as { code?: unknown; constraint?: unknown };
  return code === '23505' && name === constraint;
}

function createReading(db: Database) {
  const head = (call: Call, path: string): Promise<AppHead | undefined> =>
    db.row<AppHead>(sql.selectHead, [workspaceOf(call), path]);

  async function requireHead(call: Call, path: string): Promise<AppHead> {
    const found = await head(call, path);
    if (!found) throw notFound('app', path);
    return found;
  }

  return {
    head,
    requireHead,

    async get(call: Call, path: string): Promise<App> {
      const found = await db.row<App>(sql.selectApp, [workspaceOf(call), path]);
      if (!found) throw notFound('app', path);
      return found;
    },

    starred: (call: Call, path: string) => isStarred(db, call, { kind: 'app', path }),

    async getVersion(call: Call, version: number): Promise<App> {
      const found = await db.row<App>(sql.selectAppVersion, [workspaceOf(call), version]);
      const { path = '', extraPerms = {} } = found ?? {};
      const ask = { action: 'apps:read', risk: 'read' } as const;
      const verdict = authorise(call.caller, ask, { kind: 'apps', path, extraPerms });
      if (!found || !verdict.allowed) throw notFound('app version', String(version));
      return found;
    },

    list(call: Call, filters: AppFilters): Promise<AppRow[]> {
      const { all, owners, principals } = readableBy(call.caller);
      return db.rows<AppRow>(sql.selectApps, [
        workspaceOf(call),
        all,
        owners,
        principals,
        filters.createdBy ?? null,
        filters.pathStart ?? null,
        filters.pathExact ?? null,
        filters.label ?? null,
        filters.perPage,
        filters.orderDesc,
        (filters.page - 1) * filters.perPage,
        call.caller.userId,
        filters.starredOnly,
        pathsWithin(call.caller, 'apps'),
      ]);
    },

    /** The values of the newest apps, for a search. */
    values(call: Call, limit: number): Promise<{ path: string; value: Record<string, unknown> }[]> {
      const { all, owners, principals } = readableBy(call.caller);
      return db.rows(sql.selectAppValues, [workspaceOf(call), all, owners, principals, limit]);
    },

    exists: async (call: Call, path: string): Promise<boolean> =>
      (await head(call, path)) !== undefined,

    history: (call: Call, path: string, { page, perPage }: { page: number; perPage: number }) =>
      db.rows<AppHistoryRow>(sql.selectAppHistory, [
        workspaceOf(call),
        path,
        perPage,
        (page - 1) * perPage,
      ]),

    async customPathExists(customPath: string): Promise<boolean> {
      return (await db.row<{ taken: boolean }>(sql.customPathTaken, [customPath]))?.taken === true;
    },

    async extraPerms(workspace: string, path: string) {
      type Row = { extraPerms: Readonly<Record<string, boolean>> };
      return (await db.row<Row>(sql.selectAppPerms, [workspace, path]))?.extraPerms;
    },
  };
}

/** What secrets and custom paths open, to people without an account too. */
function createOpening(db: Database) {
  return {
    async getBySecret(call: Call, secret: string): Promise<App> {
      const found = await db.row<App>(sql.selectBySecret, [workspaceOf(call), secret]);
      if (found?.executionMode === 'anonymous') return publicApp(found);
      const { path = '', extraPerms = {} } = found ?? {};
      const ask = { action: 'apps:read', risk: 'read' } as const;
      const verdict = authorise(call.caller, ask, { kind: 'apps', path, extraPerms });
      if (found && verdict.allowed) return found;
      if (!verdict.allowed && verdict.error.code === 'unauthenticated') throw verdict.error;
      throw new AppError('not_found', 'There is no app with this secret.');
    },

    async getByCustomPath(customPath: string): Promise<App> {
      const found = await db.row<App>(sql.selectByCustomPath, [customPath]);
      if (found?.executionMode === 'anonymous') return publicApp(found);
      throw new AppError('not_found', 'There is no app for everybody at this path.');
    },

    async bundle(call: Call, secret: string, kind: 'js' | 'css') {
      type Row = { js: string | null; css: string | null };
      const found = await db.row<Row>(sql.selectBundleFile, [workspaceOf(call), secret]);
      const content = found?.[kind];
      if (typeof content === 'string') return { kind, content };
      throw new AppError('not_found', 'There is no app with this secret.');
    },
  };
}

function assertMayWrite(call: Call, path: string): void {
  const ask = { action: 'apps:write', risk: 'write' } as const;
  const verdict = authorise(call.caller, ask, { kind: 'apps', path });
  if (!verdict.allowed) throw verdict.error;
}

function assertCustomPath(call: Call, customPath: string | null | undefined): void {
  const { caller } = call;
  if (customPath === undefined || customPath === null) return;
  if (caller.kind === 'system' || caller.membership?.role === 'admin') return;
  throw new AppError('forbidden', 'Only an admin of the workspace gives an app a custom path.', {
    hint: 'Leave custom_path out, or ask an admin.',
  });
}

/** The values of `insertAppVersion`. */
function versionValues(
  call: Call,
  { app, made, message, at }: { app: number; made: Prepared; message: unknown; at: number },
): unknown[] {
  return [
    app,
    made.rawApp,
    JSON.stringify(made.value),
    JSON.stringify(made.runnables),
    made.bundle?.js ?? null,
    made.bundle?.css ?? null,
    newSecret(32),
    message ?? null,
    displayNameOf(call.caller),
    at,
  ];
}

async function createApp(deps: AppsDeps, call: Call, said: NewApp): Promise<Deployed> {
  const { db, clock } = deps;
  const workspace = workspaceOf(call);
  assertCustomPath(call, said.customPath);
  if (await db.row(sql.selectAppPerms, [workspace, said.path])) throw pathTaken(said.path);
  const identity = await prepareIdentity(deps, call, { ...said, before: undefined });
  const made = await prepareApp(deps, call, { ...said, given: said.policy ?? {}, identity });
  const at = clock.now();
  return stored(said, async () =>
    db.transaction(async (queries) => {
      const app = Number((await queries.row<{ id: number }>(sql.nextAppId))?.id);
      const row = await queries.row<{ version: number }>(
        sql.insertAppVersion,
        versionValues(call, { app, made, message: said.deploymentMessage, at }),
      );
      const version = Number(row?.version);
      const inserted = await queries.run(sql.insertApp, [
        app,
        workspace,
        said.path,
        said.summary,
        JSON.stringify(made.policy),
        call.caller.scopes,
        version,
        said.extraPerms ? JSON.stringify(said.extraPerms) : null,
        said.labels ?? [],
        said.customPath ?? null,
        newSecret(32),
        displayNameOf(call.caller),
        at,
      ]);
      if (inserted === 0) throw pathTaken(said.path);
      return { path: said.path, version, warnings: made.warnings };
    }),
  );
}

/** What the unique indexes say, in words. */
async function stored<Result>(
  said: { path: string; customPath?: string | null | undefined },
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (isUnique(error, 'engine_app_path')) throw pathTaken(said.path);
    if (!isUnique(error, 'engine_app_custom_path')) throw error;
    throw new AppError('conflict', `The custom path ${said.customPath} is taken by another app.`, {
      hint: 'Choose another one; custom paths are unique on the whole server.',
    });
  }
}

/** Saying nothing of the policy keeps it, but for what may run: that follows the value. */
function givenAfter(before: Policy, said: GivenPolicy | undefined): GivenPolicy {
  const { execution_mode: mode } = before;
  if (said) return { ...said, execution_mode: said.execution_mode ?? mode };
  const { triggerables_v2: _ran, ...kept } = before;
  return kept;
}

/** The new version of an app; undefined when only what surrounds it changes. */
async function prepareChange(
  deps: AppsDeps,
  call: Call,
  { said, head, path }: { said: AppChange; head: AppHead; path: string },
): Promise<{ made: Prepared; isVersion: boolean } | undefined> {
  if (said.value === undefined && said.policy === undefined) return undefined;
  const before = head.policy;
  const identity = await prepareIdentity(deps, call, { ...said, before });
  type Row = { value: Record<string, unknown> };
  const old = said.value
    ? undefined
    : await deps.db.row<Row>(sql.selectAppValue, [workspaceOf(call), head.path]);
  const value = said.value ?? old?.value ?? {};
  // A policy alone is checked against the value that stands; its code is built again, from caches.
  const given = givenAfter(before, said.policy);
  const made = await prepareApp(deps, call, {
    ...said,
    path,
    value,
    given,
    identity,
    stands: said.value === undefined,
  });
  if (made.rawApp !== head.rawApp && !said.allowKindChange) {
    const [is, would] = head.rawApp ? ['full-code', 'low-code'] : ['low-code', 'full-code'];
    throw new AppError(
      'conflict',
      `${head.path} is a ${is} app; this would make it a ${would} one.`,
      {
        hint: 'Send allow_kind_change: true to do that, or choose another path.',
      },
    );
  }
  return { made, isVersion: said.value !== undefined };
}

async function updateApp(
  deps: AppsDeps,
  call: Call,
  { said, head }: { said: AppChange; head: AppHead },
): Promise<Deployed> {
  const path = said.newPath ?? said.path;
  assertCustomPath(call, said.customPath === head.customPath ? undefined : said.customPath);
  if (said.parentVersion !== undefined && said.parentVersion !== head.version) {
    throw overtaken(said.path);
  }
  if (path !== head.path) {
    assertMayWrite(call, path);
    if (await deps.db.row(sql.selectAppPerms, [workspaceOf(call), path])) throw pathTaken(path);
  }
  const change = await prepareChange(deps, call, { said, head, path });
  const { made } = change ?? {};
  const at = deps.clock.now();
  return stored({ path, customPath: said.customPath }, () =>
    deps.db.transaction(async (queries) => {
      let version: number | null = null;
      if (change?.isVersion) {
        const values = { app: head.id, made: change.made, message: said.deploymentMessage, at };
        const row = await queries.row<{ version: number }>(
          sql.insertAppVersion,
          versionValues(call, values),
        );
        version = Number(row?.version);
      }
      const updated = await queries.run(sql.updateApp, [
        head.id,
        head.version,
        path,
        said.summary ?? null,
        made ? JSON.stringify(made.policy) : null,
        call.caller.scopes,
        version,
        said.extraPerms ? JSON.stringify(said.extraPerms) : null,
        said.labels ?? null,
        said.customPath ?? null,
        said.customPath !== undefined,
        displayNameOf(call.caller),
        at,
      ]);
      if (updated === 0) throw overtaken(said.path);
      return { path, version: version ?? head.version, warnings: made?.warnings ?? [] };
    }),
  );
}

export function createApps(deps: AppsDeps) {
  const reading = createReading(deps.db);
  return {
    ...reading,
    ...createOpening(deps.db),
    create: (call: Call, said: NewApp) => createApp(deps, call, said),

    async update(call: Call, said: AppChange): Promise<Deployed> {
      const head = await reading.requireHead(call, said.path);
      return updateApp(deps, call, { said, head });
    },

    async secretOf(call: Call, path: string) {
      const { publicSecret, bundleSecret } = await reading.requireHead(call, path);
      return { publicSecret, bundleSecret };
    },

    async delete(call: Call, path: string): Promise<{ path: string }> {
      const workspace = workspaceOf(call);
      const values = [workspace, path, displayNameOf(call.caller), deps.clock.now()];
      if ((await deps.db.run(sql.deleteApp, values)) === 0) throw notFound('app', path);
      return { path };
    },
  };
}
