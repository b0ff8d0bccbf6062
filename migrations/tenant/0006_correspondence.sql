-- Where answers to a mail go: an address that only its recipient knows.
alter table :schema.mail add column reply_to text;

-- Who brought a mail, what is known of its sender, and the message it became.
alter table :schema.inbound_mail
  add column mailbox_id uuid,
  add column envelope_from text not null default '',
  add column peer text,
  add column helo text,
  add column authentication text not null default 'none',
  add column sender_id uuid references :schema.person (id) on delete set null,
  add column ticket_message_id uuid references :schema.ticket_message (id) on delete set null,
  add column attempts int not null default 0;
create index inbound_mail_file on :schema.inbound_mail (received_at) where file_id is not null;
create index inbound_mail_sender on :schema.inbound_mail (sender, ticket_id, received_at);

-- How far a mailbox that is fetched by IMAP has come.
create table :schema.inbound_mailbox (
  id uuid primary key,
  round int not null default 0,
  polled_at timestamptz,
  error text,
  fetched bigint not null default 0
);
