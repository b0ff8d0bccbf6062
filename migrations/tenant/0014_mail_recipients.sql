-- What a mail is about, for the question at the time of sending whether its recipient still may have it.
alter table :schema.mail add column about jsonb not null default '{}';
