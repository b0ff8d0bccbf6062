-- What a mail says, so that two of one Message-ID that say different things are two.
alter table :schema.inbound_mail add column fingerprint text;
