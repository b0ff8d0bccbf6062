-- Members of the team beyond what the plan holds: they read and do nothing.
alter table :schema.person add column frozen_at timestamptz;
-- Whom the operator has chosen to stay in that case, before all others.
alter table :schema.person add column kept_at timestamptz;
-- The tickets of a month are counted before one more is opened.
create index ticket_opened on :schema.ticket (created_at);
