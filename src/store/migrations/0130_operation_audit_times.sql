-- A row may stand for many refused calls of one sender. Old servers name the columns that they
-- write, so they go on beside this; a constant default rewrites no row.
alter table operation_audit add column times integer not null default 1;
