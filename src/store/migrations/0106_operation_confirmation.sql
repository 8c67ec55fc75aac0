-- What a model asked to do and a person has not confirmed yet. Nothing here can be used: the id is
-- known by its hash alone, and so are the arguments, hashed together with it.
create table operation_confirmation (
  id_hash text primary key,
  asked_by text not null,
  tool text not null,
  operation text not null,
  arguments_hash text not null,
  expires_at bigint not null,
  spent_at bigint
);
create index operation_confirmation_expiry on operation_confirmation (expires_at);
