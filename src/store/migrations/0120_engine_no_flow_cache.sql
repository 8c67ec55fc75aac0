-- Cached steps are found among the jobs that are over (0023); nothing reads or writes this table.
drop table engine_flow_cache;
