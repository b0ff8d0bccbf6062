-- Who was asked together: the first of them decides, unless all must.
alter table :schema.ticket_approval
  add column asking_id uuid,
  add column needs_all boolean not null default false,
  -- Whether the approver followed the ticket before, and so goes on following it afterwards.
  add column followed boolean not null default false;

-- Until when an answer may be given and changed, whatever becomes of the survey.
alter table :schema.survey_answer add column expires_at timestamptz not null default now();
create index survey_answer_sent on :schema.survey_answer (survey_id, sent_at desc);

-- People who want no survey mails.
create table :schema.survey_opt_out (
  person_id uuid primary key references :schema.person (id) on delete cascade,
  since timestamptz not null default now()
);

-- Where a mail program's own button takes its reader off a list (RFC 8058).
alter table :schema.mail add column unsubscribe text;
