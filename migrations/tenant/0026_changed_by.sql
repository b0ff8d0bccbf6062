-- Who of the people changed it last; null as long as only sign-up or a pack has.
alter table :schema.setting add column changed_by uuid;
alter table :schema.ticket_category add column changed_by uuid;
