-- A service that is there without being set up (the own workspace), where no admin wants it.
alter table gateway_service add column is_off boolean not null default false;
