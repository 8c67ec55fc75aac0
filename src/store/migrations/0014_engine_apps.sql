-- Apps: a path with its policy and head version. Versions are whole numbers; metadata alone makes
-- none. Deleting an app deletes its versions.
create table engine_app (
  id bigint generated always as identity primary key,
  workspace text not null,
  path text not null,
  owner text not null generated always as
    (split_part(path, '/', 1) || '/' || split_part(path, '/', 2)) stored,
  summary text not null,
  policy json not null,
  -- What tokens of the policy's identity may hold: the scopes of who deployed; null is everything.
  policy_scopes text[],
  version bigint not null,
  extra_perms jsonb not null default '{}',
  labels text[] not null default '{}',
  custom_path text,
  -- Opens an anonymous app to whoever has it; shown only to people who may read the app.
  public_secret text not null,
  edited_by text not null,
  edited_at bigint not null
);
create unique index engine_app_path on engine_app (workspace, path);
create unique index engine_app_custom_path on engine_app (custom_path)
  where custom_path is not null;
create unique index engine_app_secret on engine_app (workspace, public_secret);
create index engine_app_newest on engine_app (workspace, edited_at desc);

create table engine_app_version (
  version bigint generated always as identity primary key,
  app bigint not null references engine_app (id) on delete cascade deferrable initially deferred,
  raw_app boolean not null,
  value json not null,
  -- What each component runs: the bundle of inline code, or the path of a script or flow.
  runnables json not null,
  -- Of a raw app: what the browser loads, and the secret that its address holds.
  js text,
  css text,
  bundle_secret text not null,
  deployment_msg text,
  created_by text not null,
  created_at bigint not null
);
create index engine_app_version_app on engine_app_version (app, version desc);
create unique index engine_app_version_secret on engine_app_version (bundle_secret);

-- Of a job that an app started: the app, and who used it (null for nobody that logged in).
alter table engine_job
  add column if not exists trigger_path text,
  add column if not exists end_user text,
  add column if not exists end_user_email text,
  -- Arguments whose references are resolved as the end user, not as whom the job runs as.
  add column if not exists end_user_args text[];
