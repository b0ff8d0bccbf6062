-- A program or a list wrote it: nobody is asked how they liked the answer.
alter table :schema.ticket add column by_program boolean not null default false;
-- Where the requester's mails about it go, if not to their own address.
alter table :schema.ticket add column answers_to text;
