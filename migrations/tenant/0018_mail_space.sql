-- What came by mail has a space of its own: strangers who write cannot fill the one for what customers upload.
alter table :schema.file add column by_mail boolean not null default false;
update :schema.file f set by_mail = true where exists (select 1 from :schema.inbound_mail m where m.file_id = f.id);
