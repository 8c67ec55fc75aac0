// What the token of a job says, for those who let its holder in.
import type { Database } from '../../store/index.ts';
import { jobRuns, type Provenance, provenanceOf } from './provenance.ts';
import { findJobOfToken, type JobOfToken } from './token-lookup.ts';

export interface JobTokens {
  /** Whom it speaks for; undefined when the job is over. */
  findJobOfToken(token: string): Promise<JobOfToken | undefined>;
  /** What its holder is part of; undefined when the job is over. */
  provenanceOf(token: string): Promise<Provenance | undefined>;
  /** Does the job still run? */
  jobRuns(id: string): Promise<boolean>;
}

export const createJobTokens = (db: Database): JobTokens => ({
  findJobOfToken: (token) => findJobOfToken(db, token),
  provenanceOf: (token) => provenanceOf(db, token),
  jobRuns: (id) => jobRuns(db, id),
});
