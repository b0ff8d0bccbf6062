-- Things of lists that grow or belong to people: saved views, people's own macros, articles kept elsewhere. They were rows of `setting`,
-- which stay until the version that reads them there is gone.
create table :schema.item (
  kind text not null,
  id uuid primary key,
  owner_id uuid references :schema.person (id) on delete cascade,
  position integer not null,
  data jsonb not null,
  version integer not null default 1,
  updated_at timestamptz not null default now()
);
create index item_of_kind on :schema.item (kind, owner_id, position);

insert into :schema.item (kind, id, owner_id, position, data)
select s.key, (i.value ->> 'id')::uuid, (i.value ->> 'ownerId')::uuid, i.ordinality, i.value - 'id' - 'ownerId'
  from :schema.setting s, jsonb_array_elements(s.value -> 'items') with ordinality i
 where s.key in ('ticket-views', 'own-macros', 'articles')
   and (i.value ->> 'ownerId' is null or exists (select from :schema.person p where p.id = (i.value ->> 'ownerId')::uuid))
on conflict (id) do nothing;
