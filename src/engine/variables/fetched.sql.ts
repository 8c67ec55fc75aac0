// Every SQL statement of secrets that jobs fetched elsewhere; uses the primary key.
import { statement } from '../../store/index.ts';

export const insertFetched = statement(
  'fetched.insert',
  `insert into engine_job_secret (job_id, digest, sealed)
   values ($1, $2, $3)
   on conflict do nothing`,
);

/** Reads them, and they are gone: the worker has them in memory from here on. */
export const takeFetched = statement(
  'fetched.take',
  `delete from engine_job_secret
   where job_id = $1
   returning sealed`,
);
