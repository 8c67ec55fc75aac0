// The statements that workers run themselves, by what they are for.
import {
  appendLogs,
  claimJobs,
  completeJobs,
  failOrphans,
  insertJobs,
  replaceArgs,
  requeueOrphans,
  selectLogEnd,
  selectLostWorkers,
  selectNextDue,
} from './jobs.sql.ts';
import { endIdentities } from './many.sql.ts';

/** Putting jobs into the queue and taking them from it. */
export const queueStatements = {
  insert: insertJobs,
  claim: claimJobs,
  nextDue: selectNextDue,
  endIdentities,
};

/** Finding and ending the jobs of workers that are gone. */
export const orphanStatements = {
  requeue: requeueOrphans,
  fail: failOrphans,
  lostWorkers: selectLostWorkers,
};

/** What is stored of a run while it runs, and when it ends. */
export const runStatements = {
  appendLogs,
  complete: completeJobs,
  logEnd: selectLogEnd,
  replaceArgs,
};
