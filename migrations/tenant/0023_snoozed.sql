-- Until then a ticket stands in none of the lists of what is to be done.
alter table :schema.ticket add column snoozed_until timestamptz;
create index ticket_snoozed on :schema.ticket (snoozed_until) where snoozed_until is not null;
