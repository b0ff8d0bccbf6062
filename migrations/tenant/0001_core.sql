create table :schema.setting (
  key text primary key,
  value jsonb not null,
  updated_at timestamptz not null default now()
);

create table :schema.template_override (
  path text primary key,
  source text not null,
  published_at timestamptz not null default now(),
  published_by uuid
);

create table :schema.session (
  id uuid primary key,
  token_hash text not null unique,
  owner_id uuid not null,
  ip text,
  user_agent text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_owner on :schema.session (owner_id);

-- One-time links: verify an address, reset a password, accept an invitation. Only the hash is kept.
create table :schema.token (
  id uuid primary key,
  purpose text not null,
  token_hash text not null unique,
  email text not null,
  person_id uuid,
  subject_id uuid,
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  used_at timestamptz
);
create index token_person on :schema.token (person_id);

create table :schema.file (
  id uuid primary key,
  name text not null,
  type text not null,
  size bigint not null,
  sha256 text not null,
  storage_key text not null,
  created_by uuid,
  created_at timestamptz not null default now()
);

create table :schema.mail (
  id uuid primary key,
  key text not null unique,
  to_name text not null,
  to_address text not null,
  subject text not null default '',
  template text not null,
  data jsonb,
  locale text not null,
  message_id text not null unique,
  in_reply_to text,
  refs text,
  status text not null default 'queued',
  attempts int not null default 0,
  claimed_until timestamptz,
  last_error text,
  sent_at timestamptz,
  created_at timestamptz not null default now()
);
create index mail_status on :schema.mail (status, created_at);
