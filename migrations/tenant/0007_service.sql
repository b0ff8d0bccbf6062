-- Team members who take no new tickets for now; the rest of the team is there.
create table :schema.agent_absence (
  person_id uuid primary key references :schema.person (id) on delete cascade,
  -- Null: until they say otherwise.
  until timestamptz,
  since timestamptz not null default now()
);

-- Whose turn it was last. The row is the lock by which tickets opened at once get different agents.
create table :schema.routing_turn (
  group_id uuid primary key,
  person_id uuid
);

-- What rules did, once for each ticket and cause, with the messages they left in its thread.
create table :schema.rule_run (
  ticket_id uuid not null references :schema.ticket (id) on delete cascade,
  rule_id uuid not null,
  cause text not null,
  depth int not null default 0,
  message_ids uuid[] not null default '{}',
  ran_at timestamptz not null default now(),
  primary key (ticket_id, rule_id, cause)
);
create index rule_run_rule on :schema.rule_run (rule_id, ran_at desc);
