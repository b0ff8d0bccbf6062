-- What a tenant pays for. One row for each that ever went to a checkout; what Stripe says of it is a mirror, never the truth.
create table platform.billing_account (
  tenant_id uuid primary key references platform.tenant (id) on delete cascade,
  customer_id text unique,
  currency text not null,
  -- The subscription and what is open of it, as `mirror.ts` projects them.
  mirror jsonb,
  -- Each wish to fetch it again counts up; a fetch writes only where no later one has written.
  wanted bigint not null default 0,
  fetched bigint not null default 0,
  fetched_at timestamptz,
  created_at timestamptz not null default now()
);

-- What Stripe sent, once each, until it has been seen to.
create table platform.stripe_event (
  id text primary key,
  type text not null,
  customer_id text,
  created_at timestamptz not null,
  received_at timestamptz not null default now(),
  handled_at timestamptz,
  outcome text
);
create index stripe_event_open on platform.stripe_event (received_at) where handled_at is null;
create index stripe_event_received on platform.stripe_event (received_at);

-- Mails about the bill, each once: `trial.3`, `failed.in_1abc.2`.
create table platform.billing_notice (
  tenant_id uuid not null references platform.tenant (id) on delete cascade,
  about text not null,
  at timestamptz not null default now(),
  primary key (tenant_id, about)
);

-- What staff let a tenant have beside its plan: {limits, features, reason, by, until}.
alter table platform.tenant add column allowance jsonb not null default '{}';
-- Suspended by staff: no payment takes that back.
alter table platform.tenant add column held_reason text;
-- When the status became what it is follows from this too: the end of what was paid for.
alter table platform.tenant add column ended_at timestamptz;

grant select, insert, update, delete on platform.billing_account, platform.stripe_event, platform.billing_notice to foyer_platform;
