-- What people have beside a password: an app that shows codes, codes for when it is lost, keys of their devices. Secrets are sealed or hashed.
create table :schema.credential (
  id uuid primary key,
  person_id uuid not null references :schema.person (id) on delete cascade,
  kind text not null,
  label text not null default '',
  -- By which a passkey names itself.
  handle text,
  data jsonb not null default '{}',
  -- Of an app the time of the last code that was taken, of a passkey how often it has signed.
  counter bigint not null default 0,
  created_at timestamptz not null default now(),
  last_used_at timestamptz
);
create index credential_person on :schema.credential (person_id);
create unique index credential_handle on :schema.credential (handle) where handle is not null;

-- Who signed in, or tried to, and what they showed. Of addresses that nobody has nothing is kept.
create table :schema.sign_in (
  id uuid primary key,
  person_id uuid not null references :schema.person (id) on delete cascade,
  at timestamptz not null default now(),
  outcome text not null,
  way text not null,
  factor text,
  ip text,
  user_agent text
);
create index sign_in_person on :schema.sign_in (person_id, at desc);

-- What was shown beside the way in; null: nothing.
alter table :schema.session add column factor text;
-- Since when a company demands a second factor of its people.
alter table :schema.company add column second_factor_since timestamptz;
