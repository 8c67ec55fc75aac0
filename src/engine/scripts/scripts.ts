// The verbs of scripts: read, list, archive, delete. Deploying is in `deploy.ts`.
import { AppError, notFound } from '../../base/index.ts';
import {
  authorise,
  type Call,
  displayNameOf,
  type Risk,
  workspaceOf,
} from '../../operation/index.ts';
import { pathsWithin, readableBy } from '../../identity/index.ts';
import type { Database } from '../../store/index.ts';
import { isStarred } from '../favorites/index.ts';
import { deploy, type DeployDeps } from './deploy.ts';
import type { NewScript, Script } from './script.ts';
import { createLocalScripts } from './local.ts';
import { createMarks } from './marks.ts';
import { type OnBehalf, settleOnBehalf } from './on-behalf.ts';
import * as sql from './scripts.sql.ts';
import { createSourceReader } from './source.ts';

export interface ScriptsDeps extends DeployDeps {
  /** Told after a change is committed, so that tool lists and caches follow. */
  onChanged: (workspace: string) => void;
}

export interface ListFilters {
  page: number;
  perPage: number;
  orderDesc: boolean;
  createdBy?: string | undefined;
  pathStart?: string | undefined;
  pathExact?: string | undefined;
  showArchived: boolean;
  includeWithoutMain: boolean;
  kinds?: string[] | undefined;
  languages?: string[] | undefined;
  parentHash?: string | undefined;
  firstParentHash?: string | undefined;
  lastParentHash?: string | undefined;
  isTemplate?: boolean | undefined;
  withoutDescription: boolean;
  starredOnly: boolean;
}

/** What a run needs to know of a version. */
export interface Runnable extends OnBehalf {
  hash: string;
  path: string;
  language: string;
  tag: string | null;
  timeoutS: number | null;
  parameters: string[];
  bundleHash: string;
  rerunOnCrash: boolean;
  isolation: 'warm' | 'fresh';
  extraPerms: Record<string, boolean>;
  autoKind: string | null;
  hasPreprocessor: boolean;
  /** Holds the policy of its runs, see `policyOf`. */
  extra: Record<string, unknown>;
}

/** A script as a tool of a model. */
export interface RunnableTool {
  kind: 'script' | 'flow';
  path: string;
  summary: string;
  description: string;
  schema: Record<string, unknown>;
  hash: string;
  hasPreprocessor: boolean;
}

export type Scripts = ReturnType<typeof createScripts>;

export interface HistoryRow {
  scriptHash: string;
  createdAt: number;
  createdBy: string;
  deploymentMsg: string | null;
}

/** How a version found by its hash is asked for: the door knew no path to ask about. */
interface ByHash {
  hash: string;
  risk: Risk;
  tool?: string;
}

/** The version, if the caller may; what is not theirs to see looks like what is not there. */
async function findByHash(db: Database, call: Call, { hash, risk, tool }: ByHash): Promise<Script> {
  const found = await db.row<Script>(sql.selectByHash, [workspaceOf(call), hash]);
  if (!found) throw notFound('script', hash);
  const action = risk === 'read' ? 'scripts:read' : 'scripts:write';
  const ask = { action, risk, ...(tool === undefined ? {} : { tool }) };
  const target = { kind: 'scripts', path: found.path, extraPerms: found.extraPerms };
  const verdict = authorise(call.caller, ask, target);
  if (verdict.allowed) return found;
  throw verdict.error.code === 'not_found' ? notFound('script', hash) : verdict.error;
}

interface Deployment {
  lock: string | null;
  jobId: string | null;
}

/** Reading: nothing here changes a script. */
function createReading(db: Database) {
  return {
    async get(call: Call, path: string): Promise<Script> {
      const found = await db.row<Script>(sql.selectNewest, [workspaceOf(call), path]);
      if (!found || found.deleted) throw notFound('script', path);
      return found;
    },

    starred: (call: Call, path: string) => isStarred(db, call, { kind: 'script', path }),

    getByHash: (call: Call, hash: string) => findByHash(db, call, { hash, risk: 'read' }),

    /** The lock of a version, and the job that made it. */
    async deployment(call: Call, hash: string): Promise<Deployment> {
      await findByHash(db, call, { hash, risk: 'read' });
      const row = await db.row<Deployment>(sql.selectDeployment, [workspaceOf(call), hash]);
      if (!row) throw notFound('script', hash);
      return row;
    },

    list: (call: Call, filters: ListFilters) =>
      db.rows<Script>(sql.selectList, listValues(call, filters)),

    async contents(call: Call, limit: number): Promise<{ path: string; content: string }[]> {
      const { all, owners, principals } = readableBy(call.caller);
      return db.rows(sql.selectContents, [workspaceOf(call), all, owners, principals, limit]);
    },

    async exists(call: Call, path: string): Promise<boolean> {
      return (await db.row<Script>(sql.selectHead, [workspaceOf(call), path])) !== undefined;
    },

    history: (call: Call, path: string) =>
      db.rows<HistoryRow>(sql.selectHistory, [workspaceOf(call), path]),

    /** What the caller may run, as tools. */
    async tools(call: Call): Promise<RunnableTool[]> {
      const { all, owners, principals } = readableBy(call.caller);
      return db.rows<RunnableTool>(sql.selectTools, [workspaceOf(call), all, owners, principals]);
    },

    runnable: (workspace: string, path: string) =>
      db.row<Runnable>(sql.selectRunnable, [workspace, path]),
    /** JSON Schemas of versions, by hash; nobody's rights are looked at. */
    async schemas(workspace: string, hashes: readonly string[]): Promise<Map<string, unknown>> {
      type Row = { hash: string; schema: unknown };
      const rows = await db.rows<Row>(sql.selectSchemas, [workspace, hashes]);
      return new Map(rows.map(({ hash, schema }) => [hash, schema]));
    },

    runnableByHash: (workspace: string, hash: string) =>
      db.row<Runnable>(sql.selectRunnableByHash, [workspace, hash]),

    async extraPerms(
      workspace: string,
      path: string,
    ): Promise<Readonly<Record<string, boolean>> | undefined> {
      const row = await db.row<Pick<Script, 'extraPerms'>>(sql.selectExtraPerms, [workspace, path]);
      return row?.extraPerms;
    },
  };
}

export function createScripts(deps: ScriptsDeps) {
  const { db, clock, onChanged } = deps;
  const readSource = createSourceReader(db);

  return {
    ...createReading(db),
    ...createLocalScripts(deps),
    ...createMarks(db),
    /** For a script that imports another; undefined when the caller may not read that. */
    source: readSource,

    async create(call: Call, given: NewScript) {
      const said = { ...given, extra: await settleOnBehalf(deps, call, given.extra) };
      const made = await deploy(deps, call, { said, readSource });
      if (made.created) onChanged(workspaceOf(call));
      return made;
    },

    async archive(call: Call, path: string): Promise<{ path: string }> {
      const workspace = workspaceOf(call);
      if ((await db.run(sql.archivePath, [workspace, path])) === 0) throw notFound('script', path);
      onChanged(workspace);
      return { path };
    },

    async archiveByHash(call: Call, hash: string): Promise<Script> {
      const workspace = workspaceOf(call);
      const found = await findByHash(db, call, { hash, risk: 'write' });
      await db.run(sql.archiveHead, [workspace, hash]);
      onChanged(workspace);
      return { ...found, archived: true };
    },

    /** Deletes every version; jobs keep what they ran under its hash. Admins only (Windmill). */
    async delete(call: Call, path: string): Promise<{ path: string }> {
      const workspace = workspaceOf(call);
      assertAdmin(call);
      const values = [workspace, path, displayNameOf(call.caller), clock.now()];
      if ((await db.run(sql.deletePath, values)) === 0) throw notFound('script', path);
      onChanged(workspace);
      return { path };
    },

    async deleteByHash(call: Call, hash: string): Promise<Script> {
      const workspace = workspaceOf(call);
      assertAdmin(call);
      const tool = 'deleteScriptByHash';
      const found = await findByHash(db, call, { hash, risk: 'high_risk', tool });
      await db.run(sql.eraseVersion, [workspace, hash]);
      onChanged(workspace);
      return { ...found, content: '', lock: null, schema: {}, archived: true, deleted: true };
    },
  };
}

/** The values of `selectList`, in its order. */
function listValues(call: Call, filters: ListFilters): unknown[] {
  const who = readableBy(call.caller);
  return [
    workspaceOf(call),
    who.all,
    filters.showArchived,
    who.owners,
    who.principals,
    filters.createdBy ?? null,
    filters.pathStart ?? null,
    filters.pathExact ?? null,
    filters.kinds ?? null,
    filters.languages ?? null,
    filters.parentHash ?? null,
    filters.firstParentHash ?? null,
    filters.lastParentHash ?? null,
    filters.isTemplate ?? null,
    filters.includeWithoutMain,
    filters.withoutDescription,
    filters.perPage,
    (filters.page - 1) * filters.perPage,
    filters.orderDesc,
    call.caller.userId,
    filters.starredOnly,
    pathsWithin(call.caller, 'scripts'),
  ];
}

function assertAdmin(call: Call): void {
  const { caller } = call;
  if (caller.kind === 'system' || caller.superAdmin || caller.membership?.role === 'admin') return;
  throw new AppError('forbidden', 'Only an admin of the workspace deletes scripts.', {
    hint: 'Archive it instead: it leaves the lists and can be restored.',
  });
}
