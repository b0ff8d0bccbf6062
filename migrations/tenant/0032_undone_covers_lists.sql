-- What is laid aside for later stands in the index too: a list of what is not done, and the counts of the views
-- beside it, are then found in the index alone (100,000 tickets: 4.5 ms of 9 went to the table for this column).
drop index :schema.ticket_undone;
create index ticket_undone on :schema.ticket (updated_at desc, id desc)
  include (status, status_id, priority, assignee_id, group_id, category_id, type_id, company_id, requester_id, tags, snoozed_until)
  where status in ('open', 'pending', 'on_hold');
