-- Files of the workspaces. Their bytes are chunks of a content; a file points at one content, which
-- is complete before the file is there, so that nobody ever reads half an upload.
create table engine_storage_content (
  id uuid primary key,
  workspace text not null,
  started_by text not null,
  -- Known when the last byte has come.
  size_bytes bigint,
  sha256 text,
  -- Belongs to no file (yet, or any more): deleted with its chunks after this time.
  doomed_at bigint
);

create index engine_storage_content_doomed on engine_storage_content (doomed_at)
  where doomed_at is not null;

create table engine_storage_chunk (
  content uuid not null references engine_storage_content (id) on delete cascade,
  position integer not null,
  bytes bytea not null,
  primary key (content, position)
);

-- Files are mostly compressed already.
alter table engine_storage_chunk alter column bytes set storage external;

create table engine_storage_file (
  workspace text not null,
  key text collate "C" not null,
  content uuid not null unique references engine_storage_content (id),
  size_bytes bigint not null,
  content_type text not null,
  content_disposition text,
  sha256 text not null,
  edited_by text not null,
  edited_at bigint not null,
  primary key (workspace, key)
);
