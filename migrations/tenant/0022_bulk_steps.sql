-- What each ticket of a change was and became, so that taking it back spares what others changed since; and which were left alone, and why.
alter table :schema.bulk_change
  add column steps jsonb not null default '[]',
  add column left_alone jsonb not null default '[]';
