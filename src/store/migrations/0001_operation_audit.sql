-- One row for every call of an operation, refused ones too. Written in batches, never updated.
create table operation_audit (
  id uuid primary key,
  at bigint not null,
  workspace text,
  email text not null,
  username text not null,
  caller_kind text not null,
  token_prefix text,
  job_id uuid,
  surface text not null,
  operation text not null,
  risk text not null,
  target text,
  outcome text not null,
  code text,
  duration_ms real not null,
  caused_by uuid
);
-- The audit page reads a workspace's newest rows first.
create index operation_audit_workspace on operation_audit (workspace, at desc);
