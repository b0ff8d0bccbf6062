import { languageName, messages } from '@foyer/i18n';
import type { Cell, Visit } from '@foyer/web';
import type { CollectionRow } from '../lists.js';
import type { CollectionItem } from '../section.js';
import { languagesNow } from '../settings-memory.js';
import { type Leaf, valueAt } from './fields.js';
import type { Option } from './references.js';
import { askedOf } from './resource-form.js';
import type { About, Resource } from './resource.js';

/** What a field can refer to, those chosen among them. */
export type Offered = (leaf: Leaf, chosen: string[]) => Promise<readonly Option[]>;

/** An item as the list shows it. */
export async function rowOf<Item extends CollectionItem>(
  { about }: Resource<Item>,
  visit: Visit,
  item: Item,
  offered: Offered,
): Promise<CollectionRow> {
  const say = { locale: visit.locale, region: visit.region, t: visit.t.bind(visit) };
  const said = about.row?.(item, say) ?? {};
  const listed: (string | null | undefined)[] = [said.text];
  for (const leaf of about.leaves.filter(({ field }) => field.listed)) {
    const value = valueAt(item, leaf.path);
    const options = leaf.field.refersTo ? await offered(leaf, [value ?? []].flat() as string[]) : [];
    const shown = cell(visit, leaf, value, options);
    listed.push(shown ? `${visit.t(about.label(leaf))}: ${String(shown)}` : null);
  }
  return {
    title: about.title(item, visit.locale),
    enabled: 'enabled' in item ? Boolean(item.enabled) : null,
    ...said,
    text: listed.filter(Boolean).join(' · ') || null,
  };
}

interface Column<Item> {
  heading: string;
  of(item: Item, row: CollectionRow): Cell;
}

/**
 * The whole list, for people who keep it elsewhere or compare two portals: what an item is called, its fields, its words in the
 * portal's other languages and, since conditions, actions, hours and questions are no cells, what it does in a sentence.
 * What is secret is not in it.
 */
export async function tableOf<Item extends CollectionItem>(
  { about }: Resource<Item>,
  visit: Visit,
  lines: readonly (readonly [item: Item, row: CollectionRow])[],
  offered: Offered,
) {
  const asked = askedOf(about).filter(({ field }) => !field.sealedFor);
  const called = asked.find(({ field }) => field.form.kind === 'text');
  const columns: Column<Item>[] = [];
  for (const leaf of asked) {
    const options = leaf.field.refersTo ? await offered(leaf, []) : [];
    columns.push({
      heading: headingOf(about, leaf, asked, visit),
      of: (item, { title }) => (leaf === called ? title : cell(visit, leaf, valueAt(item, leaf.path), options)),
    });
  }
  for (const { name, label } of about.texts)
    for (const locale of visit.locales.filter((one) => one !== languagesNow().written))
      columns.push({
        heading: `${visit.t(label)} (${languageName(locale)})`,
        of: (item) => (valueAt(item, ['translations', locale, name]) as string | undefined) ?? null,
      });
  if (about.leaves.some(({ field }) => field.inList))
    columns.push({
      heading: visit.t('settings.resource.on'),
      of: (_, { enabled }) => yesOrNo(visit, enabled ?? false),
    });
  columns.push({ heading: visit.t('settings.resource.summary'), of: (_, { text }) => text ?? null });
  return { columns, lines: lines.map(([item, row]) => columns.map(({ of }) => of(item, row))) };
}

/** Two columns of one name are told apart by the group that they are in. */
export function headingOf(
  { label: labelOf, words }: Pick<About<never>, 'label' | 'words'>,
  leaf: Leaf,
  all: readonly Leaf[],
  visit: Pick<Visit, 't' | 'locale'>,
): string {
  // What is switched in the list has no control with a label.
  const label = (one: Leaf) => (one.field.inList ? 'settings.resource.on' : labelOf(one));
  const heading = visit.t(label(leaf));
  const group = `${words}.${leaf.path[0]}`;
  const isAlone = all.every((other) => other === leaf || visit.t(label(other)) !== heading);
  if (isAlone || leaf.path.length === 1 || !messages.has(visit.locale, group)) return heading;
  return `${visit.t(group)}: ${heading}`;
}

const yesOrNo = (visit: Pick<Visit, 't'>, value: boolean): string =>
  visit.t(value ? 'settings.resource.yes' : 'settings.resource.no');

export function cell(visit: Pick<Visit, 't'>, { field }: Leaf, value: unknown, offered: readonly Option[]): Cell {
  const named = (each: unknown): string => {
    const choices = field.form?.choices;
    if (choices?.values.includes(String(each))) return visit.t(`${choices.words}.${String(each)}`);
    return offered.find((option) => option.value === each)?.label ?? String(each);
  };
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return yesOrNo(visit, value);
  if (typeof value === 'number') return value;
  return [value].flat().map(named).join(', ');
}
