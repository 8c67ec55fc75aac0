-- Who acted for a person has sums of its own; empty: the person themselves.
alter table gateway_audit_bucket add column actor text not null default '';
alter table gateway_audit_bucket drop constraint gateway_audit_bucket_pkey;
alter table gateway_audit_bucket
  add primary key (workspace, kind, starts_at, subject, service, action, client, actor);
