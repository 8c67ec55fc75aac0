-- Tokens that are made to stand in an address, and the settings of the whole instance.
alter table identity_token
  add column in_url boolean not null default false;

create table identity_setting (
  name text primary key,
  value json not null
);
