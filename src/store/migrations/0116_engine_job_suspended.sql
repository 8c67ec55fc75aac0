-- Runs that wait for people, for the list of what waits for somebody.
create index engine_job_suspended on engine_job_live (workspace, id) where suspend > 0;
