// A flow run read whole: the logs, or the results, of the flow and all of its steps, in the order
// in which one reads a flow. Steps that the caller may not see are left out.
import { readableBy } from '../../identity/index.ts';
import { type Call, displayNameOf, workspaceOf } from '../../operation/index.ts';
import type { Database } from '../../store/index.ts';
import { selectLogsOf, selectTree } from './tree.sql.ts';
import { findJob } from './visibility.ts';

const mostJobs = 2000;
/** Characters of all logs together. */
const mostLogs = 8_000_000;

interface Row {
  id: string;
  depth: number;
  parentJob: string | null;
  path: string | null;
  kind: string;
  flowStepId: string | null;
  startedAt: number | null;
  durationMs: number | null;
  success: boolean | null;
  status: string;
  resultPrefix: string | null;
  resultLength: number | null;
  seen: boolean;
}

/** A job of the run, and where in it. */
export interface Placed extends Row {
  label: string;
  /** The steps that lead to it, with their numbers: `a/loop[1]/b`; null for the flow itself. */
  stepPath: string | null;
  /** Of the runs of the same step, such as the iterations of a loop. */
  siblingIndex: number;
  siblingCount: number;
}

/** Each job before its steps, those in the order in which they began to be. */
function placed(rows: readonly Row[]): Placed[] {
  const below = Map.groupBy(rows.slice(1), ({ parentJob }) => parentJob);
  const out: Placed[] = [];

  function place(row: Row, { index, count, above }: Place): void {
    const step = row.flowStepId ?? row.path ?? row.kind;
    const named = count > 1 ? `${step}[${index}]` : step;
    const stepPath = above === undefined ? null : [above, named].filter((part) => part).join('/');
    const label = stepPath ?? row.path ?? row.kind;
    out.push({ ...row, label, stepPath, siblingIndex: index, siblingCount: count });
    const steps = below.get(row.id) ?? [];
    const counts = Map.groupBy(steps, ({ flowStepId }) => flowStepId);
    for (const each of steps) {
      const siblings = counts.get(each.flowStepId) ?? [];
      const where = { index: siblings.indexOf(each), count: siblings.length };
      place(each, { ...where, above: stepPath ?? '' });
    }
  }

  if (rows[0]) place(rows[0], { index: 0, count: 1, above: undefined });
  return out;
}

interface Place {
  index: number;
  count: number;
  above: string | undefined;
}

interface Tree {
  jobs: Placed[];
  /** The run has more jobs than are shown. */
  truncated: boolean;
  /** Some steps are not the caller's to see. */
  scopeFiltered: boolean;
}

export function createTrees({ db }: { db: Database }) {
  async function treeOf(call: Call, id: string, prefix: number): Promise<Tree> {
    await findJob(db, call, { id });
    const { all, owners, principals } = readableBy(call.caller);
    const viewer = [workspaceOf(call), all, displayNameOf(call.caller), principals, owners];
    const rows = await db.rows<Row>(selectTree, [id, ...viewer, prefix, mostJobs + 1]);
    const jobs = placed(rows.slice(0, mostJobs));
    const seen = jobs.filter((job) => job.seen);
    const scopeFiltered = seen.length < jobs.length;
    return { jobs: seen, truncated: rows.length > mostJobs, scopeFiltered };
  }

  return {
    /** The logs of a flow and its steps; `truncated` when there is more than is shown. */
    async flowLogs(call: Call, id: string) {
      const { jobs, truncated } = await treeOf(call, id, 0);
      type Piece = { id: string; content: string };
      const ids = jobs.map((job) => job.id);
      const pieces = await db.rows<Piece>(selectLogsOf, [ids, mostLogs]);
      const length = pieces.reduce((sum, { content }) => sum + content.length, 0);
      const of = Map.groupBy(pieces, (piece) => piece.id);
      const logsOf = (job: string): string =>
        (of.get(job) ?? []).map(({ content }) => content).join('');
      return {
        entries: jobs.map((job) => ({ ...job, logs: logsOf(job.id) })),
        truncated: truncated || length >= mostLogs,
      };
    },

    /** How a flow and its steps stand, with the beginning of each result. */
    async flowResults(
      call: Call,
      { id, step, maxResultLength }: { id: string; step?: string; maxResultLength: number },
    ) {
      const { jobs, ...more } = await treeOf(call, id, maxResultLength);
      const entries = jobs.filter((job) => step === undefined || job.flowStepId === step);
      return { entries, ...more };
    },
  };
}
