create sequence :schema.ticket_number;

create table :schema.ticket_category (
  id uuid primary key,
  name text not null,
  position int not null default 0
);

create table :schema.ticket (
  id uuid primary key,
  number bigint not null unique default nextval(':schema.ticket_number'),
  subject text not null,
  status text not null,
  priority text not null,
  category_id uuid references :schema.ticket_category (id) on delete set null,
  requester_id uuid not null references :schema.person (id),
  company_id uuid references :schema.company (id),
  assignee_id uuid references :schema.person (id),
  created_at timestamptz not null default now(),
  updated_at timestamptz not null default now(),
  solved_at timestamptz
);
create index ticket_recent on :schema.ticket (updated_at desc, id desc);
create index ticket_status on :schema.ticket (status, updated_at desc, id desc);
create index ticket_assignee on :schema.ticket (assignee_id, updated_at desc, id desc);
create index ticket_company on :schema.ticket (company_id, updated_at desc, id desc);
create index ticket_requester on :schema.ticket (requester_id, updated_at desc, id desc);

-- The thread: replies, internal notes, and what happened (assigned, solved, …), in one order.
create table :schema.ticket_message (
  id uuid primary key,
  ticket_id uuid not null references :schema.ticket (id) on delete cascade,
  author_id uuid references :schema.person (id),
  kind text not null,
  body text not null default '',
  data jsonb,
  created_at timestamptz not null default now()
);
create index ticket_message_thread on :schema.ticket_message (ticket_id, created_at, id);

create table :schema.ticket_attachment (
  message_id uuid not null references :schema.ticket_message (id) on delete cascade,
  file_id uuid not null references :schema.file (id),
  primary key (message_id, file_id)
);
