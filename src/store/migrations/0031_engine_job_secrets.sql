-- Secrets that a running job fetched through another process than its own: the worker masks them in
-- the job's log. Sealed under a key that is derived from the master key; gone with the run.
create table engine_job_secret (
  job_id uuid not null,
  -- A keyed digest of the secret, so that a fetch in a loop is one row.
  digest text not null,
  sealed text not null,
  primary key (job_id, digest)
);
