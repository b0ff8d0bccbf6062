-- Two windows write at one place: which of them keeps its text there, and what the others keep beside it.
alter table :schema.ticket_draft
  add column tab text not null default '',
  add column beside jsonb not null default '[]';
