-- What a flow waits for: how many approvals are missing, and when to look at it although none of
-- its steps ended (at its deadline, or at once when somebody answered).
alter table engine_job
  add column suspend integer,
  add column wake_at bigint;
create index engine_job_wake on engine_job_live (wake_at) where wake_at is not null;

-- Answers to steps that wait. `job_id` is what the link names: the step's job or a whole flow;
-- each of its resume ids is good once. They are kept with the job, because the steps behind the
-- approval may read the payload.
create table engine_flow_answer (
  job_id uuid not null,
  resume_id bigint not null,
  flow_id uuid not null,
  step_id text not null,
  approved boolean not null,
  approver text not null,
  payload json not null,
  created_at bigint not null,
  primary key (job_id, resume_id)
);
create index engine_flow_answer_step on engine_flow_answer (flow_id, step_id);
