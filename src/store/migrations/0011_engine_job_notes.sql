-- What a job says about itself while it runs: how far it is, and values that its parts share.
alter table engine_job
  add column progress smallint,
  add column user_states jsonb;
