// How a workflow stands, in Windmill's shape: its tasks by job, its steps, and what it knows.
// No I/O.
import { completedSteps, type StepRow } from './checkpoint.ts';

const iso = (at: number | null): string | undefined =>
  at === null ? undefined : new Date(at).toISOString();

const nameOf = ({ key, detail }: StepRow): string =>
  (detail as { name?: string } | null)?.name || key;

/** The row of one call in a timeline. */
function timeline(step: StepRow): Record<string, unknown> {
  const { startedAt, endedAt, durationMs } = step;
  const lasted = durationMs ?? (endedAt === null ? undefined : endedAt - startedAt);
  return {
    name: nameOf(step),
    scheduled_for: iso(startedAt),
    started_at: iso(startedAt),
    ...(lasted === undefined ? {} : { duration_ms: lasted }),
  };
}

/** Undefined for a job that has no steps. */
export function statusOf(steps: readonly StepRow[], now: number) {
  if (steps.length === 0) return undefined;
  const completed = completedSteps(steps, now);
  const status: Record<string, unknown> = {};
  const jobs: Record<string, string> = {};
  for (const step of steps) {
    if (step.child !== null) jobs[step.key] = step.child;
    status[step.child ?? `_step/${step.key}`] = timeline(step);
  }
  const open = steps.filter(({ key }) => !Object.hasOwn(completed, key));
  const mode = open[0]?.kind === 'task' ? (open.length > 1 ? 'parallel' : 'sequential') : undefined;
  const pending =
    open.length === 0
      ? null
      : { mode: mode ?? open[0]?.kind, keys: open.map(({ key }) => key), job_ids: jobs };
  const checkpoint = { completed_steps: completed, pending_steps: pending, job_ids: jobs };
  return { ...status, _checkpoint: checkpoint };
}
