export { createCodeGate } from './code-gate.ts';
export { createDependencies } from './dependencies.ts';
export { createJobEvents, type JobEvents } from './events.ts';
export { labelsOf } from './labels.ts';
export type { Ending, FlowSteps, LogPiece } from './flow-port.ts';
export {
  type ClaimedJob,
  entrypointArgument,
  errorResult,
  type JobKind,
  type NewJob,
  type RunOptions,
} from './job.ts';
export {
  appendLogs,
  claimJobs,
  completeJobs,
  failOrphans,
  insertRows,
  replaceArgs,
  mergedLabels,
  requeueOrphans,
  selectLogEnd,
  selectLostWorkers,
  selectNextDue,
} from './jobs.sql.ts';
export { callerOfJob, type MemberOf } from './job-caller.ts';
export { createJobs, type Jobs } from './jobs.ts';
export { jobOperations } from './operations/index.ts';
export { createQueue, type LocalWorker, type Slot } from './queue.ts';
export { type Code as RunCode, type FlowPushes, pushOf, pushScript } from './run.ts';
export { findJobOfToken } from './token-lookup.ts';
export { jobTokenOf, newJobSecret } from './token.ts';
