-- What a ticket is beside its words: its request type and answers to it, who works on it, who else follows it.
alter table :schema.ticket
  add column type_id uuid,
  add column status_id uuid,
  add column group_id uuid,
  add column opened_by_id uuid,
  add column merged_into_id uuid,
  add column source text not null default 'portal',
  add column tags text[] not null default '{}',
  add column fields jsonb not null default '{}',
  -- Customers and team members who follow it; being in here lets a customer see it.
  add column watcher_ids uuid[] not null default '{}',
  -- The nearest promise that has not been kept yet.
  add column due_at timestamptz,
  add column customer_replied_at timestamptz,
  add column team_replied_at timestamptz,
  -- Words of subject and replies, and apart from them those of notes: customers search the first alone.
  add column words tsvector not null default ''::tsvector,
  add column note_words tsvector not null default ''::tsvector;
update :schema.ticket set words = to_tsvector('simple', subject);
create index ticket_words on :schema.ticket using gin (words);
create index ticket_note_words on :schema.ticket using gin (note_words);
create index ticket_watchers on :schema.ticket using gin (watcher_ids);
create index ticket_tags on :schema.ticket using gin (tags);
create index ticket_fields on :schema.ticket using gin (fields jsonb_path_ops);
create index ticket_group on :schema.ticket (group_id, updated_at desc, id desc);
create index ticket_type on :schema.ticket (type_id, updated_at desc, id desc);
create index ticket_by_category on :schema.ticket (category_id, updated_at desc, id desc);
create index ticket_due on :schema.ticket (due_at) where due_at is not null;
-- The inbox is a small part of all tickets: what somebody has to do something about.
-- It carries what views ask for, so that counting one reads this small index alone.
create index ticket_undone on :schema.ticket (updated_at desc, id desc)
  include (status, status_id, priority, assignee_id, group_id, category_id, type_id, company_id, requester_id, tags)
  where status in ('open', 'pending', 'on_hold');
create index ticket_undone_assignee on :schema.ticket (assignee_id, updated_at desc, id desc) where status in ('open', 'pending', 'on_hold');
create index ticket_waiting on :schema.ticket (status, customer_replied_at, team_replied_at) where status in ('open', 'pending', 'on_hold', 'solved');

alter table :schema.ticket_category add column archived_at timestamptz;

alter table :schema.ticket_message
  add column format text not null default 'text',
  -- What an e-mail repeated of earlier ones, and its signature.
  add column quoted text,
  add column source text not null default 'portal',
  add column mention_ids uuid[] not null default '{}',
  -- The ticket it was written in, where a merge or a split moved it.
  add column origin_id uuid;
create index ticket_message_origin on :schema.ticket_message (origin_id) where origin_id is not null;

create table :schema.ticket_link (
  ticket_id uuid not null references :schema.ticket (id) on delete cascade,
  other_id uuid not null references :schema.ticket (id) on delete cascade,
  kind text not null,
  created_by_id uuid,
  created_at timestamptz not null default now(),
  primary key (ticket_id, other_id)
);
create index ticket_link_other on :schema.ticket_link (other_id);

-- What somebody has typed and not sent yet.
create table :schema.ticket_draft (
  person_id uuid not null references :schema.person (id) on delete cascade,
  place text not null,
  content jsonb not null,
  updated_at timestamptz not null default now(),
  primary key (person_id, place)
);

-- One change to many tickets, with how far it is and what undoes it.
create table :schema.bulk_change (
  id uuid primary key,
  person_id uuid not null references :schema.person (id),
  actions jsonb not null,
  numbers bigint[] not null,
  done int not null default 0,
  changed int not null default 0,
  before jsonb not null default '[]',
  status text not null default 'waiting',
  created_at timestamptz not null default now(),
  finished_at timestamptz
);
create index bulk_change_person on :schema.bulk_change (person_id, created_at desc);

create table :schema.ticket_clock (
  ticket_id uuid not null references :schema.ticket (id) on delete cascade,
  -- first_response, next_response, resolution
  kind text not null,
  policy_id uuid not null,
  started_at timestamptz not null,
  due_at timestamptz,
  warn_at timestamptz,
  paused_at timestamptz,
  remaining_seconds bigint,
  met_at timestamptz,
  warned_at timestamptz,
  breached_at timestamptz,
  primary key (ticket_id, kind)
);

create table :schema.ticket_approval (
  id uuid primary key,
  ticket_id uuid not null references :schema.ticket (id) on delete cascade,
  approver_id uuid not null references :schema.person (id),
  asked_by_id uuid references :schema.person (id),
  status text not null default 'waiting',
  question text not null default '',
  comment text not null default '',
  created_at timestamptz not null default now(),
  decided_at timestamptz
);
create index ticket_approval_ticket on :schema.ticket_approval (ticket_id);
create index ticket_approval_approver on :schema.ticket_approval (approver_id, status, created_at desc);

create table :schema.survey_answer (
  id uuid primary key,
  survey_id uuid not null,
  kind text not null,
  ticket_id uuid references :schema.ticket (id) on delete set null,
  person_id uuid not null references :schema.person (id) on delete cascade,
  agent_id uuid,
  token_hash text not null unique,
  score int,
  comment text not null default '',
  sent_at timestamptz not null default now(),
  answered_at timestamptz
);
create index survey_answer_ticket on :schema.survey_answer (ticket_id);
create index survey_answer_answered on :schema.survey_answer (survey_id, answered_at desc);
create index survey_answer_person on :schema.survey_answer (person_id, sent_at desc);

create table :schema.inbound_mail (
  id uuid primary key,
  -- Of the mail itself, or made from its content: the same mail by two ways is one.
  message_id text not null unique,
  way text not null,
  sender text not null,
  recipient text not null,
  subject text not null default '',
  status text not null default 'received',
  reason text,
  ticket_id uuid references :schema.ticket (id) on delete set null,
  file_id uuid references :schema.file (id) on delete set null,
  received_at timestamptz not null default now(),
  handled_at timestamptz
);
create index inbound_mail_received on :schema.inbound_mail (received_at desc, id desc);

-- Companies of a company, and companies that work for it.
-- The company somebody acts for, where they belong to several.
alter table :schema.person add column current_company_id uuid;

alter table :schema.company
  add column parent_id uuid references :schema.company (id) on delete set null,
  add column partner_ids uuid[] not null default '{}';
create index company_parent on :schema.company (parent_id) where parent_id is not null;
create index company_partners on :schema.company using gin (partner_ids);
