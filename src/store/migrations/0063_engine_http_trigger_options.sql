-- What an HTTP route does when its script fails: try again, and tell a handler.
alter table engine_http_trigger
  add column retry jsonb,
  add column error_handler text,
  add column error_handler_args jsonb;
