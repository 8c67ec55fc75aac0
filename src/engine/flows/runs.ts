// Flow runs in memory: what the row says, the flow's modules, and the results that were seen.
// A run can always be read back from its row; what is kept here only saves reads.
import { AppError } from '../../base/index.ts';
import type { Database } from '../../store/index.ts';
import type { JobKind } from '../jobs/index.ts';
import { selectVersion } from './flows.sql.ts';
import { selectAnswers, selectResults, selectRun } from './state.sql.ts';
import type { Answer } from './rules.ts';
import type { FlowState } from './state.ts';
import { type FlowValue, modulesAt } from './value.ts';

/** What a rawscript was built into when the flow was written. */
export interface CompiledModule {
  bundleHash: string;
  parameters: string[];
  /** JSON Schema of the input, for an agent that calls it. */
  schema?: Record<string, unknown>;
}

/** Called what was not there for its writer: it never runs, whatever comes there later. */
export interface MissingModule {
  missing: true;
}

/** A flow's value with what was found of its modules, by id, when it was written. */
export interface FlowSource {
  value: FlowValue;
  compiled: Record<string, CompiledModule | MissingModule>;
  /** Windmill's fields beside the value: its priority is among them. */
  extra?: Record<string, unknown>;
}

/** The columns of a flow's row, as `selectRun` answers them. */
export interface RunRow {
  id: string;
  workspace: string;
  kind: JobKind;
  path: string | null;
  args: Record<string, unknown>;
  tag: string;
  createdBy: string;
  permissionedAs: string;
  email: string;
  scopes: readonly string[] | null;
  parentJob: string | null;
  rootJob: string | null;
  visibleToOwner: boolean;
  triggerKind: string | null;
  schedulePath?: string | null;
  isFlowStep: boolean;
  flowState: FlowState;
  flowRev: number;
  flowVersion: number | null;
  flowNode: string | null;
  flowSource: string | null;
  rawFlow: FlowSource | null;
  flowItems: unknown[] | null;
  sharedFolder?: string | null;
  canceled: boolean;
  canceledReason: string | null;
  finished: boolean;
}

export interface JobResult {
  success: boolean;
  resultJson: string;
  stopped?: boolean | null;
  /** It did not run: another job of its debounce key came. */
  absorbed?: boolean;
}

/** An answer with the job that it was given to: a step's, or the flow. */
export interface GivenAnswer extends Answer {
  job: string;
  payload: unknown;
}

/** How a run ends, as it is stored. */
export interface RunEnd {
  success: boolean;
  resultJson: string;
  skipped: boolean;
}

export interface FlowRun {
  row: RunRow;
  /** The whole flow, and the modules of this run: all of it, or of one iteration or branch. */
  source: FlowSource;
  flow: Pick<FlowValue, 'modules' | 'failure_module' | 'preprocessor_module'>;
  state: FlowState;
  rev: number;
  items: unknown[];
  /** Of children that are over. */
  results: Map<string, JobResult>;
  /** Started by a call of this process: nobody else waits for it. */
  mine: boolean;
}

const maxRuns = 1000;
const maxVersions = 200;

/** Sets the newest entry and drops the oldest beyond `max`. */
function keepNewest<Value>(
  map: Map<string, Value>,
  [key, value]: [string, Value],
  max: number,
): void {
  map.delete(key);
  map.set(key, value);
  for (const oldest of map.keys()) {
    if (map.size <= max) break;
    map.delete(oldest);
  }
}

export function createRuns(db: Database) {
  const runs = new Map<string, FlowRun>();
  const versions = new Map<string, FlowSource>();

  async function versionOf(version: number): Promise<FlowSource> {
    const key = String(version);
    const known = versions.get(key);
    if (known) return known;
    const found = await db.row<FlowSource>(selectVersion, [version]);
    if (!found) throw new Error(`flow version ${version} is not stored`);
    keepNewest(versions, [key, found], maxVersions);
    return found;
  }

  async function sourceOf(row: RunRow): Promise<FlowSource> {
    if (row.rawFlow) return row.rawFlow;
    if (row.flowVersion !== null) return versionOf(row.flowVersion);
    const holder = row.flowSource === null ? undefined : await get(row.flowSource);
    if (!holder) throw new AppError('gone', `The flow of the run ${row.id} is not kept here.`);
    return holder.source;
  }

  async function build(row: RunRow, mine: boolean): Promise<FlowRun> {
    const source = await sourceOf(row);
    const { flowNode: node } = row;
    const flow = node === null ? source.value : { modules: modulesAt(source.value, node) ?? [] };
    return {
      row,
      source,
      flow,
      state: row.flowState,
      rev: row.flowRev,
      items: row.flowItems ?? [],
      results: new Map(),
      mine,
    };
  }

  async function open(row: RunRow, mine: boolean): Promise<FlowRun> {
    const run = await build(row, mine);
    keepNewest(runs, [row.id, run], maxRuns);
    return run;
  }

  const readRow = (id: string) => db.row<RunRow>(selectRun, [id]);

  /** The run as this process knows it, else as its row says; undefined when it is no flow. */
  async function get(id: string): Promise<FlowRun | undefined> {
    return runs.get(id) ?? reload(id);
  }

  /** As its row says now: somebody else has moved it. Results that were seen stay good. */
  async function reload(id: string): Promise<FlowRun | undefined> {
    const known = runs.get(id);
    const row = await readRow(id);
    if (!row?.flowState) return undefined;
    const run = await open(row, known?.mine ?? false);
    if (known) run.results = known.results;
    return run;
  }

  return {
    get,
    reload,
    open,
    /** As its row says, for who only looks. */
    async read(id: string): Promise<FlowRun | undefined> {
      const row = await readRow(id);
      return row?.flowState ? build(row, false) : undefined;
    },
    versionOf,
    /** What people answered to a step, in order. */
    answers: (flowIds: readonly string[], stepId: string) =>
      db.rows<GivenAnswer>(selectAnswers, [flowIds, stepId]),
    forget: (id: string) => void runs.delete(id),

    /** Takes over a transition of this process, unless somebody forgot or reloaded the run. */
    moved(run: FlowRun): void {
      const known = runs.get(run.row.id);
      if (known?.rev === run.rev) Object.assign(known, { ...run, rev: run.rev + 1 });
    },

    /** Results of children, read where this process has not seen them end. */
    async results(run: FlowRun, ids: readonly string[]): Promise<Map<string, JobResult>> {
      const missing = ids.filter((id) => !run.results.has(id));
      if (missing.length > 0) {
        const rows = await db.rows<JobResult & { id: string }>(selectResults, [missing]);
        for (const { id, ...result } of rows) run.results.set(id, result);
      }
      return run.results;
    },
  };
}

export type Runs = ReturnType<typeof createRuns>;
