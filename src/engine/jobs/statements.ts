// The statements that workers run themselves, by what they are for.
import {
  claimJobs,
  failOrphans,
  insertJobs,
  requeueOrphans,
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
