-- Team members and customers are people of one portal; `team_role` makes somebody a team member.
create table :schema.person (
  id uuid primary key,
  email text not null,
  name text not null,
  phone text,
  password_hash text,
  team_role text,
  status text not null default 'active',
  email_verified_at timestamptz,
  locale text,
  time_zone text,
  last_seen_at timestamptz,
  created_at timestamptz not null default now()
);
create unique index person_email on :schema.person (lower(email));
create index person_created on :schema.person (created_at desc, id desc);

create table :schema.company (
  id uuid primary key,
  name text not null,
  -- People who prove an address there may be asked to join.
  domain text,
  created_at timestamptz not null default now()
);
create index company_name on :schema.company (lower(name), id);

create table :schema.membership (
  person_id uuid not null references :schema.person (id) on delete cascade,
  company_id uuid not null references :schema.company (id) on delete cascade,
  role text not null,
  created_at timestamptz not null default now(),
  primary key (person_id, company_id)
);
create index membership_company on :schema.membership (company_id);
