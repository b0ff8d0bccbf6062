-- What an event is stamped with: who set it off, in which request or after which event, and the version of its shape.
alter table platform.outbox
  add column cause jsonb not null default '{}',
  add column version integer not null default 1,
  -- Subscribers that have done with it: the queue may forget its jobs, the outbox does not.
  add column done text[] not null default '{}';
grant insert (cause, version) on platform.outbox to foyer_tenant;
