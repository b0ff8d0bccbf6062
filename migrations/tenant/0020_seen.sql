-- How far somebody of the team has read a ticket: what was written later is marked in their lists.
create table :schema.ticket_seen (
  person_id uuid not null references :schema.person (id) on delete cascade,
  ticket_id uuid not null references :schema.ticket (id) on delete cascade,
  seen_at timestamptz not null,
  primary key (person_id, ticket_id)
);
-- What was there before anybody counted is nobody's news.
insert into :schema.ticket_seen (person_id, ticket_id, seen_at)
select p.id, t.id, now() from :schema.person p, :schema.ticket t
 where p.team_role is not null and t.status in ('open', 'pending', 'on_hold');
