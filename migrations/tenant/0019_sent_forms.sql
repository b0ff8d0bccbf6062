-- Forms that were sent, so that sending one again leads to what it did.
create table :schema.sent_form (
  key bytea primary key,
  -- The request that is at it.
  attempt uuid not null,
  sent_at timestamptz not null default now(),
  -- Said in the transaction that did it.
  done boolean not null default false,
  -- Where it led; null until it has been answered.
  answer jsonb
);
create index sent_form_sent on :schema.sent_form (sent_at);
