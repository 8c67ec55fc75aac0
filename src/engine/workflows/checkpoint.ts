// What a workflow knows when a round begins: the results of its calls by key. No I/O.
import { failureMarker } from './failure.ts';

/** A row of `engine_workflow_step`, with what is known of a task's job. */
export interface StepRow {
  key: string;
  kind: 'task' | 'step' | 'sleep' | 'approval';
  round: number;
  child: string | null;
  result: unknown;
  detail: unknown;
  startedAt: number;
  dueAt: number | null;
  endedAt: number | null;
  /** Of a task: null while its job lives. */
  success: boolean | null;
  durationMs: number | null;
}

/** In the form of the published clients. */
export interface Checkpoint {
  completed_steps: Record<string, unknown>;
  /** The task that this job runs; the calls around it are only passed through. */
  _executing_key?: string;
}

/** Is the call over at `now`, so that a replay goes past it? */
function isOver(step: StepRow, now: number): boolean {
  if (step.kind === 'task') return step.success !== null;
  if (step.kind === 'sleep') return step.dueAt !== null && step.dueAt <= now;
  return step.endedAt !== null;
}

function valueOf(step: StepRow): unknown {
  if (step.kind === 'sleep') return null;
  if (step.kind !== 'task' || step.success === true) return step.result;
  return failureMarker(step.key, { result: step.result, job: step.child ?? undefined });
}

/** The results of everything that is over. A key may be `__proto__`, so the object is bare. */
export function completedSteps(steps: readonly StepRow[], now: number): Record<string, unknown> {
  const completed: Record<string, unknown> = Object.create(null) as Record<string, unknown>;
  for (const step of steps) if (isOver(step, now)) completed[step.key] = valueOf(step);
  return completed;
}

/** The approval that was waited for too long, or was rejected: the workflow ends with it. */
export function refusedApproval(steps: readonly StepRow[], now: number): string | undefined {
  for (const step of steps) {
    if (step.kind !== 'approval') continue;
    if (step.endedAt === null && step.dueAt !== null && step.dueAt <= now) {
      return `Nobody approved "${step.key}" in time.`;
    }
    const answer = step.result as { approved?: boolean; approver?: string } | null;
    if (step.endedAt !== null && answer?.approved === false) {
      return `"${step.key}" was rejected by ${answer.approver ?? 'somebody'}.`;
    }
  }
  return undefined;
}

/** What a task sees of its workflow: all but its siblings, which may end while it runs. */
export function seenByTask(steps: readonly StepRow[], key: string): StepRow[] {
  const round = steps.find((step) => step.key === key)?.round;
  return steps.filter((step) => step.kind !== 'task' || step.round !== round);
}
