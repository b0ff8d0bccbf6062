-- Whether the operator demands the second factor of a company's people: then its own admins cannot take that back.
alter table :schema.company add column second_factor_by_team boolean not null default false;
