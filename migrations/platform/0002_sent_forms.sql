-- Forms of staff and of those who sign up, as each tenant has them: sending one again leads to what it did.
create table platform.sent_form (
  key bytea primary key,
  -- The request that is at it.
  attempt uuid not null,
  sent_at timestamptz not null default now(),
  -- Said in the transaction that did it.
  done boolean not null default false,
  -- Where it led; null until it has been answered.
  answer jsonb
);
create index sent_form_sent on platform.sent_form (sent_at);
grant select, insert, update, delete on platform.sent_form to foyer_platform;
