export { findCached } from './cache.ts';
export { createCodeGate } from './code-gate.ts';
export { createJobEvents, type JobEvents } from './events.ts';
export { labelsOf } from './labels.ts';
export type { Ending, FlowSteps, LogPiece } from './flow-port.ts';
export {
  builtInTags,
  type ClaimedJob,
  entrypointArgument,
  errorResult,
  type JobKind,
  type NewJob,
  type RunOptions,
} from './job.ts';
export {
  appendLogs,
  completeJobs,
  insertRows,
  replaceArgs,
  mergedLabels,
  selectLogEnd,
} from './jobs.sql.ts';
export { callerOfJob, type MemberOf } from './job-caller.ts';
export { createJobs, type Jobs } from './jobs.ts';
export { jobOperations } from './operations/index.ts';
export { termsOf } from './policy.ts';
export { createPruner } from './pruner.ts';
export { createQueue, type LocalWorker, type Slot } from './queue.ts';
export { type Code as RunCode, type FlowPushes, pushOf, pushScript } from './run.ts';
export { findJobOfToken } from './token-lookup.ts';
export { orphanStatements, queueStatements } from './statements.ts';
export { jobTokenOf, newJobSecret } from './token.ts';
