-- Whose side somebody wrote for, as it was then: people leave the team, and what they answered stays answered.
alter table :schema.ticket_message add column by_team boolean;
update :schema.ticket_message m
   set by_team = m.author_id is null or exists (
         select from :schema.person p join :schema.ticket t on t.id = m.ticket_id
          where p.id = m.author_id and p.team_role is not null and p.id <> t.requester_id)
 where kind <> 'event';

-- When something last changed that customers see. What the team does among itself leaves no trace there.
alter table :schema.ticket add column shown_at timestamptz;
update :schema.ticket t
   set shown_at = greatest(t.created_at, t.solved_at, (
         select max(m.created_at) from :schema.ticket_message m where m.ticket_id = t.id and m.kind = 'reply'));
create index ticket_company_shown on :schema.ticket (company_id, coalesce(shown_at, created_at) desc, id desc);
create index ticket_requester_shown on :schema.ticket (requester_id, coalesce(shown_at, created_at) desc, id desc);

-- Which mails about tickets a member of the team wants: all, those about what is theirs, none.
alter table :schema.person add column ticket_mails text not null default 'all';
