-- A change to many tickets is a person's or a key's: it goes on for as long as that one may.
alter table :schema.bulk_change
  alter column person_id drop not null,
  add column key_id uuid references :schema.api_key (id) on delete cascade,
  add constraint bulk_change_author check (num_nonnulls(person_id, key_id) = 1);
create index bulk_change_key on :schema.bulk_change (key_id) where key_id is not null;
