-- Ids of what is good for one use only and lives outside the database, such as an answer that a
-- client carries; kept until the thing expires.
create table identity_spent (
  id uuid primary key,
  expires_at bigint not null
);
create index identity_spent_expiry on identity_spent (expires_at);
