// Ports between jobs, workers and flows: what a worker asks of the flow engine, so that neither
// folder has to know the other.
import type { ClaimedJob, Completion } from './job.ts';

export interface LogPiece {
  jobId: string;
  start: number;
  stop: number;
  content: string;
}

/** How a run ended, with what is left of its log. */
export interface Ending {
  completion: Completion;
  rest: LogPiece | undefined;
}

export interface FlowSteps {
  /**
   * A step of the flow `flowId` ended here: stores its end with the flow's next state. Resolves
   * once committed, with a job for the slot that this step had, when there is one.
   */
  stepEnded(flowId: string, ending: Ending): Promise<ClaimedJob | undefined>;
  /** The flow's row stands: begin, or go on from wherever it is. */
  goOn(flowId: string): void;
  /** Looks for flows whose process died between a step and the next one. */
  recover(): Promise<void>;
}
