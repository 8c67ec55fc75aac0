-- What a workspace looks like to people: its colour, and the app that operators see first.
alter table identity_workspace
  add column color text,
  add column default_app text;
