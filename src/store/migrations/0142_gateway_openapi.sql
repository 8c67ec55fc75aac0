-- Services that an admin brought as an OpenAPI document.
create table gateway_openapi (
  workspace text not null,
  name text not null,
  title text not null,
  base_url text not null,
  auth json not null,
  -- Where the document came from, to read it again; null: it was given as text.
  address text,
  document text not null,
  digest text not null,
  -- What is listed, with the class where the admin gave one: [{ name, class? }].
  chosen json not null,
  -- Whether what is not listed can be found by search.
  long_tail boolean not null,
  updated_by text not null,
  updated_at bigint not null,
  primary key (workspace, name)
);
