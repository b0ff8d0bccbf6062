-- How far the customer's approval is, so that rules and lists can go by it: none, waiting, approved or rejected.
alter table :schema.ticket add column approval text not null default 'none';
update :schema.ticket t set approval = v.status
  from (select distinct on (ticket_id) ticket_id, case when status = 'settled' then 'approved' else status end as status
          from :schema.ticket_approval where status in ('waiting', 'approved', 'rejected')
         order by ticket_id, (status = 'waiting') desc, decided_at desc nulls last) v
 where v.ticket_id = t.id;
