-- Workflows as code: a script job that runs in rounds. Between two rounds its row waits in the
-- queue like a job that is due later, so no worker holds it and nothing of it is in memory.
alter table engine_job
  -- The attempt that the last round was; attempts beyond it are of the round that runs now.
  add column rounds smallint not null default 0,
  -- Between two rounds: tasks, sleep, approval or nothing at all (`again`).
  add column waits_for text,
  -- Of a task: its key in the workflow `parent_job`, whose code it runs.
  add column workflow_key text;

create index engine_job_workflows on engine_job_live (created_at)
  where waits_for = 'tasks' and not running;

-- What a workflow has done and waits for, by the key that its code gives each call. A task's result
-- is the one of its job.
create table engine_workflow_step (
  job_id uuid not null,
  key text not null,
  kind text not null check (kind in ('task', 'step', 'sleep', 'approval')),
  round smallint not null,
  position integer not null,
  child uuid,
  result json,
  -- Of an approval: what people are asked for.
  detail json,
  started_at bigint not null,
  -- When a sleep or the wait for an approval is over.
  due_at bigint,
  ended_at bigint,
  primary key (job_id, key)
);
