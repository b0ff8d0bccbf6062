-- Who somebody is to a connection: the subject that its provider calls them by. Addresses change, subjects do not.
create table :schema.identity_link (
  id uuid primary key,
  -- An item of a list of connections.
  connection_id uuid not null,
  subject text not null,
  person_id uuid not null references :schema.person (id) on delete cascade,
  -- What their provider gave to ask again and to be signed out by; what is secret of it is sealed.
  data jsonb not null default '{}',
  created_at timestamptz not null default now(),
  last_used timestamptz not null default now()
);
create unique index identity_link_subject on :schema.identity_link (connection_id, subject);
create index identity_link_person on :schema.identity_link (person_id);

-- Domains whose owner has shown, by a record in the DNS, that they are theirs.
create table :schema.claimed_domain (
  id uuid primary key,
  domain text not null,
  -- Null: the operator's own.
  company_id uuid references :schema.company (id) on delete cascade,
  token text not null,
  created_at timestamptz not null default now(),
  verified_at timestamptz,
  checked_at timestamptz,
  -- Since when the record is gone.
  missing_since timestamptz
);
-- Several may ask for a domain; one has it.
create unique index claimed_domain_verified on :schema.claimed_domain (domain) where verified_at is not null;
create unique index claimed_domain_once on :schema.claimed_domain (domain, company_id) nulls not distinct;
