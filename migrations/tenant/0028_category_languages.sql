-- What a category is called in the languages beside the one it was written in: { "de": { "name": "Störung" } }.
alter table :schema.ticket_category add column translations jsonb not null default '{}';
