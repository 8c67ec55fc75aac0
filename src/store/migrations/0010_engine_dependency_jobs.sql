-- The job that resolved what a version imports; null when there was nothing to resolve.
alter table engine_script add column dependency_job uuid;
