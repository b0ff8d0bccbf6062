-- Keys by which programs reach the API. The secret is shown once; what is kept is its SHA-256.
create table :schema.api_key (
  id uuid primary key,
  name text not null,
  hash text not null,
  -- The secret before a rotation, as long as it still counts.
  former_hash text,
  former_until timestamptz,
  scopes text[] not null,
  -- Null: the operator's own.
  company_id uuid references :schema.company (id) on delete cascade,
  -- Networks that it may be used from; none: from anywhere.
  addresses text[] not null default '{}',
  created_by_id uuid references :schema.person (id) on delete set null,
  created_at timestamptz not null default now(),
  expires_at timestamptz not null,
  last_used_at timestamptz,
  revoked_at timestamptz
);
