// The verbs of flows: write, read, list, archive, delete, and what starting one needs.
import { AppError, type Clock, notFound } from '../../base/index.ts';
import { pathsWithin, readableBy } from '../../identity/index.ts';
import { authorise, type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { isStarred } from '../favorites/index.ts';
import type { Builder, Signature } from '../languages/index.ts';
import {
  type Language,
  type LocalScripts,
  type OnBehalf,
  type OnBehalfDeps,
  type RunnableTool,
  saveBundle,
  type Scripts,
  settleOnBehalf,
} from '../scripts/index.ts';
import type { Flow, NewFlow, WrittenFlow as Written } from './flow.ts';
import * as sql from './flows.sql.ts';
import { createHeadNotes } from './head-notes.ts';
import { inputProblems } from './inputs.ts';
import type { CompiledModule, FlowSource } from './runs.ts';
import { parseFlow, refuse, refusedProblems, validateFlow, type ValidateDeps } from './validate.ts';
import { allModules, type FlowValue } from './value.ts';

export interface FlowsDeps extends Omit<ValidateDeps, 'flowPerms'>, OnBehalfDeps {
  db: Database;
  clock: Clock;
  builder: Pick<Builder, 'build'>;
  inferSignature: (language: Language, content: string, entrypoint?: string) => Promise<Signature>;
  /** Refuses callers who may not bring code to this machine. */
  mayBringCode: (call: Call) => void;
  scripts: Pick<Scripts, 'runnable' | 'runnableByHash' | 'source' | 'schemas'>;
  /** Does the work in a job that people see, once it says anything. */
  inJob: <Result>(
    call: Call,
    about: {
      kind: 'flowdependencies';
      path: string;
      language: null;
      signal: AbortSignal;
    },
    work: { run: (how: Building) => Promise<Result>; resultOf: (result: Result) => unknown },
  ) => Promise<{ result: Result }>;
  /** Told after a change is committed. */
  onChanged: (workspace: string) => void;
}

/** What starting a flow needs of its head. */
export interface FlowRunnable extends FlowSource, OnBehalf {
  version: number;
  path: string;
  tag: string | null;
  extraPerms: Record<string, boolean>;
}

export interface FlowFilters {
  page: number;
  perPage: number;
  orderDesc: boolean;
  createdBy?: string | undefined;
  pathStart?: string | undefined;
  pathExact?: string | undefined;
  showArchived: boolean;
  starredOnly: boolean;
}

export interface FlowHistoryRow {
  id: number;
  createdAt: number;
  createdBy: string;
  deploymentMsg: string | null;
}

/** How the code of a flow is built: until when, and who hears the installers. */
interface Building {
  signal: AbortSignal;
  onLog?: (text: string) => void;
}

interface Wanted extends Partial<Building> {
  value: unknown;
  path: string;
  allowMissing: boolean;
  /** Of a preview: what imports mean before what is deployed. */
  localScripts?: LocalScripts | undefined;
}

export type Flows = ReturnType<typeof createFlows>;

/** Builds the code that stands in the flow itself; throws with the module's id. */
async function compile(
  deps: FlowsDeps,
  call: Call,
  { value, path, localScripts: scripts, ...how }: Omit<Wanted, 'value'> & { value: FlowValue },
): Promise<Record<string, CompiledModule>> {
  const compiled: Record<string, CompiledModule> = {};
  for (const { id, value: inner } of allModules(value)) {
    if (inner.type !== 'rawscript') continue;
    const { content, lock } = inner;
    const language = inner.language as Language;
    deps.mayBringCode(call);
    try {
      const entrypoint = id === 'preprocessor' ? 'preprocessor' : 'main';
      const signature = await deps.inferSignature(language, content, entrypoint);
      const built = await deps.builder.build({
        language,
        content,
        path: `${path}/${id}`,
        lock: lock ?? null,
        readScript: (other) => deps.scripts.source(call, other, { scripts, language }),
        signal: how.signal ?? call.signal,
        ...(how.onLog ? { onLog: how.onLog } : {}),
      });
      await saveBundle(deps.db, { ...built, at: deps.clock.now() });
      const parameters = signature.parameters.map((parameter) => parameter.name);
      const { schema } = signature;
      compiled[id] = { bundleHash: built.codeHash, parameters, schema };
    } catch (error) {
      if (!(error instanceof AppError)) throw error;
      const { hint } = error;
      throw new AppError(error.code, `module ${id}: ${error.message}`, {
        cause: error,
        ...(hint === undefined ? {} : { hint }),
      });
    }
  }
  return compiled;
}

function assertMayDelete(call: Call, found: Pick<Flow, 'path' | 'extraPerms'>): void {
  const { path, extraPerms } = found;
  const ask = { action: 'flows:write', risk: 'write' } as const;
  const verdict = authorise(call.caller, ask, { kind: 'flows', path, extraPerms });
  if (!verdict.allowed) throw verdict.error;
}

function createReading(db: Database) {
  return {
    async values(call: Call, limit: number) {
      const { all, owners, principals } = readableBy(call.caller);
      const values = [workspaceOf(call), all, owners, principals, limit];
      return db.rows<{ path: string; value: Record<string, unknown> }>(
        sql.selectFlowValues,
        values,
      );
    },

    async get(call: Call, path: string): Promise<Flow> {
      const found = await db.row<Flow>(sql.selectFlow, [workspaceOf(call), path]);
      if (!found) throw notFound('flow', path);
      return found;
    },

    starred: (call: Call, path: string) => isStarred(db, call, { kind: 'flow', path }),

    async getVersion(call: Call, version: number): Promise<Flow> {
      const found = await db.row<Flow>(sql.selectFlowVersion, [workspaceOf(call), version]);
      if (!found) throw notFound('flow version', String(version));
      const { path, extraPerms } = found;
      const ask = { action: 'flows:read', risk: 'read' } as const;
      const verdict = authorise(call.caller, ask, { kind: 'flows', path, extraPerms });
      // Not in the words of `authorise`, which would name the path.
      if (!verdict.allowed && verdict.error.code !== 'not_found') throw verdict.error;
      if (!verdict.allowed) throw notFound('flow version', String(version));
      return found;
    },

    async list(call: Call, filters: FlowFilters): Promise<Flow[]> {
      const { all, owners, principals } = readableBy(call.caller);
      return db.rows<Flow>(sql.selectFlows, [
        workspaceOf(call),
        all,
        owners,
        principals,
        filters.showArchived,
        filters.createdBy ?? null,
        filters.pathStart ?? null,
        filters.pathExact ?? null,
        filters.perPage,
        (filters.page - 1) * filters.perPage,
        filters.orderDesc,
        call.caller.userId,
        filters.starredOnly,
        pathsWithin(call.caller, 'flows'),
      ]);
    },

    async exists(call: Call, path: string): Promise<boolean> {
      const row = await db.row<Flow>(sql.selectFlow, [workspaceOf(call), path]);
      return row !== undefined && !row.archived;
    },

    history: (call: Call, path: string) =>
      db.rows<FlowHistoryRow>(sql.selectFlowHistory, [workspaceOf(call), path]),

    /** What the caller may run, as tools. */
    async tools(call: Call): Promise<RunnableTool[]> {
      const { all, owners, principals } = readableBy(call.caller);
      const viewer = [workspaceOf(call), all, owners, principals];
      return db.rows<RunnableTool>(sql.selectFlowTools, viewer);
    },

    runnable: (workspace: string, path: string) =>
      db.row<FlowRunnable>(sql.selectRunnableFlow, [workspace, path]),

    async extraPerms(workspace: string, path: string) {
      type Row = { extraPerms: Readonly<Record<string, boolean>> };
      return (await db.row<Row>(sql.selectFlowPerms, [workspace, path]))?.extraPerms;
    },
  };
}

export function createFlows(deps: FlowsDeps) {
  const { db, clock, onChanged } = deps;
  const reading = createReading(db);
  const checking: ValidateDeps = { ...deps, flowPerms: reading.extraPerms };

  /** A value that may run: checked, and its code built; `warnings`: what fails when it runs. */
  async function check(
    call: Call,
    said: Wanted,
  ): Promise<{ source: FlowSource; warnings: string[] }> {
    const value = parseFlow(said.value);
    const { allowMissing } = said;
    const { missing, warnings } = await validateFlow(checking, call, { value, allowMissing });
    const built = await compile(deps, call, { ...said, value });
    const wrong = allModules(value).flatMap((one) => inputProblems(one, built[one.id]?.schema));
    if (wrong.length > 0) refuse(wrong);
    const compiled: FlowSource['compiled'] = built;
    for (const id of missing) compiled[id] = { missing: true };
    return { source: { value, compiled }, warnings };
  }

  /** Stores a version and makes it the head; `from`: the path that it replaces. */
  async function store(call: Call, said: NewFlow, from: string | null): Promise<Written> {
    const workspace = workspaceOf(call);
    const about = { kind: 'flowdependencies', path: said.path, language: null } as const;
    const { result } = await deps.inJob(
      call,
      { ...about, signal: call.signal },
      {
        run: (how) => check(call, { ...said, ...how }),
        resultOf: ({ source }) => ({ modules: Object.keys(source.compiled) }),
      },
    );
    const { source, warnings } = result;
    const { value, compiled } = source;
    const extra = await settleOnBehalf(deps, call, said.extra);
    const by = displayNameOf(call.caller);
    const at = clock.now();
    const perms = said.extraPerms ? JSON.stringify(said.extraPerms) : null;
    return db.transaction(async (queries) => {
      const made = await queries.row<{ version: number }>(sql.insertVersion, [
        workspace,
        said.path,
        said.summary,
        said.description,
        JSON.stringify(value),
        JSON.stringify(compiled),
        JSON.stringify(said.schema ?? {}),
        said.tag ?? null,
        said.timeout ?? null,
        JSON.stringify(extra),
        said.deploymentMessage ?? null,
        by,
        at,
      ]);
      const version = Number(made?.version);
      const values = [workspace, from ?? said.path, version, perms, by, at];
      const changed =
        from === null
          ? await queries.run(sql.insertFlow, values)
          : await queries.run(sql.updateFlow, [...values, said.path]);
      if (changed === 1) return { path: said.path, version, warnings };
      if (from !== null) throw notFound('flow', from);
      throw new AppError('conflict', `There is a flow at ${said.path} already.`, {
        hint: 'Update it, or choose another path.',
      });
    });
  }

  return {
    ...reading,
    ...createHeadNotes({ db, getVersion: reading.getVersion }),
    prepare: async (call: Call, said: Wanted): Promise<FlowSource> =>
      (await check(call, said)).source,

    /** What is wrong with a value before it is written; its inline code is not built. */
    async validate(call: Call, given: unknown) {
      try {
        const value = parseFlow(given);
        const { warnings } = await validateFlow(checking, call, { value, allowMissing: false });
        return { valid: true, problems: [], warnings };
      } catch (error) {
        return { valid: false, problems: refusedProblems(error), warnings: [] };
      }
    },

    async create(call: Call, said: NewFlow) {
      const written = await store(call, said, null);
      onChanged(workspaceOf(call));
      return written;
    },

    /** A new version of `from`; `said.path` may move it. */
    async update(call: Call, from: string, said: NewFlow) {
      if (said.path !== from) {
        assertMayDelete(call, { path: said.path, extraPerms: {} });
        if (await reading.extraPerms(workspaceOf(call), said.path)) {
          throw new AppError('conflict', `There is a flow at ${said.path} already.`);
        }
      }
      const written = await store(call, said, from);
      onChanged(workspaceOf(call));
      return written;
    },

    async archive(call: Call, path: string, archived: boolean): Promise<{ path: string }> {
      const workspace = workspaceOf(call);
      if ((await db.run(sql.archiveFlow, [workspace, path, archived])) === 0) {
        throw notFound('flow', path);
      }
      onChanged(workspace);
      return { path };
    },

    async delete(call: Call, path: string): Promise<{ path: string }> {
      const workspace = workspaceOf(call);
      const values = [workspace, path, displayNameOf(call.caller), clock.now()];
      if ((await db.run(sql.deleteFlow, values)) === 0) throw notFound('flow', path);
      onChanged(workspace);
      return { path };
    },
  };
}
