// The statements that workers run themselves, by what they are for.
import {
  claimJobs,
  failOrphans,
  requeueOrphans,
  selectLostWorkers,
  selectNextDue,
} from './jobs.sql.ts';
import { endIdentities } from './many.sql.ts';

/** Taking jobs from the queue. */
export const queueStatements = { claim: claimJobs, nextDue: selectNextDue, endIdentities };

/** Finding and ending the jobs of workers that are gone. */
export const orphanStatements = {
  requeue: requeueOrphans,
  fail: failOrphans,
  lostWorkers: selectLostWorkers,
};
