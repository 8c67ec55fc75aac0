-- A whole number for every audit row, because clients of Windmill know rows by one. Old servers
-- name the columns that they write, so they go on beside this.
alter table operation_audit add column number bigint generated always as identity;
create unique index operation_audit_number on operation_audit (number);
