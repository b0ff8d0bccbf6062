-- What has no width means nothing in a search (core/i18n/src/folding.ts); and a ticket is found by the names of its files.
alter table :schema.person drop column words;
alter table :schema.person
  add column words tsvector not null generated always as
    (to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(name || ' ' || email, nfkd), '[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g')))) stored;
create index person_words on :schema.person using gin (words);
alter table :schema.company drop column words;
alter table :schema.company
  add column words tsvector not null generated always as
    (to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(name || ' ' || coalesce(domain, ''), nfkd), '[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g')))) stored;
create index company_words on :schema.company using gin (words);
update :schema.ticket t set words = t.words || to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(left(found.text, 100000), nfkd), '[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g')))
  from (select m.ticket_id, string_agg(concat_ws(' ', (select string_agg(f.name, ' ') from :schema.ticket_attachment a join :schema.file f on f.id = a.file_id where a.message_id = m.id),
                                       case when m.body ~ '[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]' then m.body end), ' ') as text
          from :schema.ticket_message m where m.kind = 'reply' group by m.ticket_id) found
 where found.ticket_id = t.id and found.text ~ '[^ ]';
update :schema.ticket t set note_words = t.note_words || to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(left(found.text, 100000), nfkd), '[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g')))
  from (select m.ticket_id, string_agg(concat_ws(' ', (select string_agg(f.name, ' ') from :schema.ticket_attachment a join :schema.file f on f.id = a.file_id where a.message_id = m.id),
                                       case when m.body ~ '[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]' then m.body end), ' ') as text
          from :schema.ticket_message m where m.kind = 'note' group by m.ticket_id) found
 where found.ticket_id = t.id and found.text ~ '[^ ]';
update :schema.ticket t set words = t.words || to_tsvector('simple', btrim(regexp_replace(translate(replace(replace(replace(replace(lower(regexp_replace(normalize(t.subject, nfkd), '[\u00ad\u0300-\u036f\u0610-\u061a\u0640\u064b-\u065f\u0670\u06d6-\u06ed\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]', '', 'g')), 'ß', 'ss'), 'æ', 'ae'), 'œ', 'oe'), 'þ', 'th'), 'ٱىیةکςıøđłð٠١٢٣٤٥٦٧٨٩۰۱۲۳۴۵۶۷۸۹', 'اييهكσiodld01234567890123456789'), '[^[:alnum:]]+', ' ', 'g'))) where t.subject ~ '[\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]';
