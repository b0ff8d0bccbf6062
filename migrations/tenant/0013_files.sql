-- Whether anything refers to a file, asked before it is given to a message and before it is removed.
create index ticket_attachment_file on :schema.ticket_attachment (file_id);
create index inbound_mail_source on :schema.inbound_mail (file_id) where file_id is not null;
-- Files that may have been left behind.
create index file_created on :schema.file (created_at, id);
