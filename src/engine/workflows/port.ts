// What workers ask of workflows as code when a job may be one.
import type { ClaimedJob, LogPiece } from '../jobs/index.ts';

/** What a round of a workflow begins with. */
export interface WorkflowRound {
  /** In the form of the published clients, as the harness hands it to them. */
  checkpoint: object;
  /** What `main` is called with; of a task's job, the arguments of its workflow. */
  args: Record<string, unknown>;
  /** When its first step began, in epoch milliseconds. */
  startedAt?: number | undefined;
}

export interface WorkflowSteps {
  /** What is done already; `refused` ends the job without a run. */
  resume(job: ClaimedJob): Promise<WorkflowRound | { refused: string }>;
  /**
   * The run stopped for what `suspendJson` says: stores that with the jobs of its tasks. False when
   * the run was not ours any more or somebody canceled it; throws `AppError` for what cannot be.
   */
  suspended(
    job: ClaimedJob,
    how: { worker: string; suspendJson: string; rest: LogPiece | undefined },
  ): Promise<boolean>;
  /** Goes on watching the tasks of workflows that wait, and wakes those that were forgotten. */
  recover(): Promise<void>;
}
