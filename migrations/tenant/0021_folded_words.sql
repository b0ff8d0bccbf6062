-- Words are searched in one form, however they are written (core/database/src/folding.ts). What was there before is brought into it.
alter table :schema.person
  add column words tsvector not null generated always as
    (to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(name || ' ' || email, nfkd), '[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g')))) stored;
create index person_words on :schema.person using gin (words);
alter table :schema.company
  add column words tsvector not null generated always as
    (to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(name || ' ' || coalesce(domain, ''), nfkd), '[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g')))) stored;
create index company_words on :schema.company using gin (words);
update :schema.ticket t set
  words = to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(left(t.subject || ' ' || coalesce((select string_agg(m.body, ' ') from :schema.ticket_message m where m.ticket_id = t.id and m.kind = 'reply'), ''), 400000), nfkd), '[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g'))),
  note_words = to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(left(coalesce((select string_agg(m.body, ' ') from :schema.ticket_message m where m.ticket_id = t.id and m.kind = 'note'), ''), 400000), nfkd), '[\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g')));
