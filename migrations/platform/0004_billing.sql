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
  -- Tickets beyond the plan that Stripe has been told of: {month, reported, sending}.
  metered jsonb not null default '{}',
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

-- What the installation earned, a day and currency a row: amounts in the currency's smallest unit.
create table platform.revenue_day (
  day date not null,
  currency text not null,
  -- A month of all that is subscribed to.
  monthly bigint not null,
  paying int not null,
  late int not null,
  trials int not null,
  -- That ended on this day, and what they paid a month.
  ended int not null,
  ended_monthly bigint not null,
  primary key (day, currency)
);

-- What staff let a tenant have beside its plan: {limits, features, reason, by, until}.
alter table platform.tenant add column allowance jsonb not null default '{}';
-- Suspended by staff: no payment takes that back.
alter table platform.tenant add column held_reason text;
update platform.tenant set held_reason = coalesce(status_reason, '') where status = 'suspended';
-- What the billing module says of it: {state, since}. Null: never bought anything.
alter table platform.tenant add column bill jsonb;

grant select, insert, update, delete on platform.billing_account, platform.stripe_event, platform.billing_notice, platform.revenue_day to foyer_platform;
