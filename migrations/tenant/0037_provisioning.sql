-- People and groups as a company's directory, or the team's, has pushed them here (SCIM). Their ids are the directory's names for them, and last.
create table :schema.provisioned (
  id uuid primary key,
  -- An item of the list of directories.
  directory_id uuid not null,
  -- user or group
  kind text not null,
  -- Of a user whose account is here.
  person_id uuid references :schema.person (id) on delete cascade,
  external_id text,
  -- What the directory calls it: userName, displayName.
  name text not null,
  active boolean not null default true,
  -- What else the directory says of it.
  data jsonb not null default '{}',
  -- What has come of it here: the role that its groups gave last, whether the account was shut out with it.
  state jsonb not null default '{}',
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  -- The directory knows it no more; whom it has shut out it may bring back.
  deleted_at timestamptz
);
create unique index provisioned_name on :schema.provisioned (directory_id, kind, lower(name)) where deleted_at is null;
create unique index provisioned_once on :schema.provisioned (directory_id, person_id) where person_id is not null;
create index provisioned_person on :schema.provisioned (person_id) where person_id is not null;

create table :schema.provisioned_member (
  group_id uuid not null references :schema.provisioned (id) on delete cascade,
  user_id uuid not null references :schema.provisioned (id) on delete cascade,
  primary key (group_id, user_id)
);
create index provisioned_member_user on :schema.provisioned_member (user_id);

-- A key that speaks for a directory opens nothing but what that may change.
alter table :schema.api_key add column directory_id uuid;
-- What was noted of a connection or a directory is found by it.
create index token_subject on :schema.token (subject_id, purpose, id) where subject_id is not null;
