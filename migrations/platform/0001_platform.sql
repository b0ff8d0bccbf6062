-- The directory: who hosts a portal here, and where.
create table platform.tenant (
  id uuid primary key,
  slug text not null unique,
  name text not null,
  schema_name text not null unique,
  status text not null,
  status_reason text,
  status_changed_at timestamptz not null default now(),
  plan text not null,
  blueprint text not null,
  cluster text not null default 'main',
  owner_email text not null,
  trial_ends_at timestamptz,
  schema_version int not null default 0,
  migration_error text,
  pack_checksum text,
  created_at timestamptz not null default now()
);
create index tenant_created on platform.tenant (created_at desc, id desc);

-- What staff did to a tenant, and why.
create table platform.tenant_event (
  id bigint generated always as identity primary key,
  tenant_id uuid not null references platform.tenant (id) on delete cascade,
  status text not null,
  reason text,
  by_id uuid,
  by_name text,
  at timestamptz not null default now()
);
create index tenant_event_tenant on platform.tenant_event (tenant_id, at desc);

create table platform.domain (
  host text primary key,
  tenant_id uuid not null references platform.tenant (id) on delete cascade,
  is_primary boolean not null default false,
  verified_at timestamptz,
  created_at timestamptz not null default now()
);
create index domain_tenant on platform.domain (tenant_id);

-- People who run the installation.
create table platform.staff (
  id uuid primary key,
  email text not null,
  name text not null,
  password_hash text not null,
  role text not null,
  status text not null default 'active',
  created_at timestamptz not null default now()
);
create unique index staff_email on platform.staff (lower(email));

create table platform.session (
  id uuid primary key,
  token_hash text not null unique,
  owner_id uuid not null,
  ip text,
  user_agent text,
  created_at timestamptz not null default now(),
  last_seen_at timestamptz not null default now(),
  expires_at timestamptz not null
);
create index session_owner on platform.session (owner_id);

-- Events wait here, in the transaction that caused them, until the worker relays them to the queue.
create table platform.outbox (
  id bigint generated always as identity primary key,
  realm text not null default current_user,
  name text not null,
  payload jsonb not null,
  created_at timestamptz not null default now(),
  available_at timestamptz not null default now(),
  -- Carried to the queue; the line goes when its jobs are known to be over.
  relayed_at timestamptz
);
create index outbox_waiting on platform.outbox (available_at, id) where relayed_at is null;
create index outbox_relayed on platform.outbox (relayed_at) where relayed_at is not null;

alter table platform.outbox enable row level security;
create policy tenant_appends_its_own on platform.outbox for insert to foyer_tenant with check (realm = current_user);
create policy platform_relays on platform.outbox to foyer_platform using (true) with check (true);

grant insert (name, payload, available_at) on platform.outbox to foyer_tenant;
grant select, insert, update, delete on platform.tenant, platform.tenant_event, platform.domain, platform.staff, platform.session, platform.outbox to foyer_platform;

-- Counters of attempts. Losing them in a crash costs nothing, so they skip the write-ahead log.
create unlogged table platform.rate_limit (
  key varchar(255) primary key,
  points int not null default 0,
  expire bigint
);
grant usage on schema platform to foyer_queue;
grant select, insert, update, delete on platform.rate_limit to foyer_queue;
