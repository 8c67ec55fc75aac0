-- Somebody has looked after a job that failed, and may have said how.
alter table engine_job
  add column resolved_by text,
  add column resolved_at bigint,
  add column resolution_note text;
