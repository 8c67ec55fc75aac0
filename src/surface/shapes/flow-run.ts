// A flow run read whole, as Windmill's REST shows it.
import { isoTime, type Wire, withoutNulls } from './wire.ts';

interface Placed {
  id: string;
  label: string;
  kind: string;
  flowStepId: string | null;
  stepPath: string | null;
  depth: number;
  siblingIndex: number;
  siblingCount: number;
}

function place(job: Placed): Wire {
  return {
    job_id: job.id,
    label: job.label,
    kind: job.kind,
    flow_step_id: job.flowStepId,
    step_path: job.stepPath,
    depth: job.depth,
    parent_module_type: null,
    sibling_index: job.siblingIndex,
    sibling_count: job.siblingCount,
  };
}

/** The output of `jobs.flowLogs`. */
export interface FlowLogsOutput {
  entries: readonly (Placed & { logs: string })[];
  truncated: boolean;
}

/** The output of `jobs.flowResults`. */
export interface FlowResultsOutput {
  entries: readonly (Placed & {
    status: string;
    success: boolean | null;
    startedAt: number | null;
    durationMs: number | null;
    resultPrefix: string | null;
    resultLength: number | null;
  })[];
  truncated: boolean;
  scopeFiltered: boolean;
}

export const flowRunShapes = {
  /** One text: a line that names each job, and below it what the job wrote. */
  logsText({ entries, truncated }: FlowLogsOutput): string {
    const parts = entries.map(({ label, id, logs }) => `=== ${label} (${id}) ===\n${logs}`);
    if (truncated) parts.push('=== there is more than is shown ===');
    return parts.map((part) => (part.endsWith('\n') ? part : `${part}\n`)).join('\n');
  },

  logs: ({ entries }: FlowLogsOutput): Wire[] =>
    entries.map((entry) => ({ ...place(entry), logs: entry.logs })),

  results: ({ entries, truncated, scopeFiltered }: FlowResultsOutput): Wire => ({
    entries: entries.map((entry) => ({
      ...place(entry),
      status: entry.status,
      ...withoutNulls({
        success: entry.success,
        duration_ms: entry.durationMs,
        started_at: isoTime(entry.startedAt),
        result_prefix: entry.resultPrefix,
        result_length: entry.resultLength,
      }),
    })),
    truncated,
    scope_filtered: scopeFiltered,
  }),
};
