-- Views whose first tickets are the oldest or those due first, over what is not done.
create index ticket_undone_oldest on :schema.ticket (created_at, id) where status in ('open', 'pending', 'on_hold');
create index ticket_undone_due on :schema.ticket (coalesce(due_at, 'infinity'::timestamptz), id)
  where status in ('open', 'pending', 'on_hold');
