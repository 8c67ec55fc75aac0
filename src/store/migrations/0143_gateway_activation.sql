-- Actions beyond what a service lists that people have made callable, each for themselves.
create table gateway_activation (
  workspace text not null,
  user_id uuid not null,
  service text not null,
  action text not null,
  activated_at bigint not null,
  primary key (workspace, user_id, service, action)
);
