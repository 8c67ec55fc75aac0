export { findCached } from './cache.ts';
export { type Absorbed, storeDebounced } from './debounce.ts';
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
export { insertRows, mergedLabels } from './jobs.sql.ts';
export { callerOfJob, type MemberOf } from './job-caller.ts';
export { createJobs, type Jobs } from './jobs.ts';
export { jobOperations } from './operations/index.ts';
export { type Debounce, termsOf } from './policy.ts';
export { createPruner } from './pruner.ts';
export { createQueue, type LocalWorker, type Slot } from './queue.ts';
export { type Code as RunCode, type FlowPushes, pushOf, pushScript } from './run.ts';
export { createJobTokens } from './token-holder.ts';
export { orphanStatements, queueStatements, runStatements } from './statements.ts';
export { jobTokenOf, newJobSecret } from './token.ts';
