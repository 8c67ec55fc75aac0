export { createCodeGate } from './code-gate.ts';
export { createJobEvents, type JobEvents } from './events.ts';
export { type ClaimedJob, type Completion, errorResult } from './job.ts';
export {
  appendLogs,
  claimJobs,
  completeJobs,
  failOrphans,
  requeueOrphans,
  selectLogEnd,
  selectLostWorkers,
  selectNextDue,
} from './jobs.sql.ts';
export { createJobs } from './jobs.ts';
export { jobOperations } from './operations/index.ts';
export { createQueue, type LocalWorker, type Slot } from './queue.ts';
export { findJobOfToken } from './token-lookup.ts';
export { jobTokenOf, newJobSecret } from './token.ts';
