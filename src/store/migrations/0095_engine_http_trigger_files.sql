-- HTTP routes that answer stored files instead of running something.
alter table engine_http_trigger
  add column static_key text,
  add column is_website boolean not null default false;
