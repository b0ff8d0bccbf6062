import { languageName, messages } from '@foyer/i18n';
import { type Cell, spreadsheet, type Visit } from '@foyer/web';
import type { CollectionRow } from '../lists.js';
import { languagesNow } from '../settings-memory.js';
import type { CollectionItem } from '../section.js';
import { type Leaf, valueAt } from './fields.js';
import type { About } from './resource.js';
import { askedOf } from './resource-form.js';

/** What the references of fields can be, by field. */
export type Offered = Map<Leaf, readonly { value: string; label: string }[]>;
interface Column<Item> {
  heading: string;
  of(line: { item: Item; row: CollectionRow }): Cell;
}

/**
 * A resource as a table: what it is called, its fields, its words in the portal's other languages and, since conditions,
 * actions, hours and questions are no cells, what it does in a sentence.
 */
export function resourceSpreadsheet<Item extends CollectionItem>(
  about: About<Item>,
  visit: Visit,
  lines: readonly { item: Item; row: CollectionRow }[],
  offered: Offered,
): ReturnType<typeof spreadsheet> {
  const asked = askedOf(about as About<never>);
  const called = asked.find(({ field }) => field.form?.kind === 'text');
  const columns: Column<Item>[] = asked.map((leaf) => ({
    heading: headingOf(about, leaf, asked, visit),
    of: ({ item, row }) =>
      leaf === called ? row.title : cell(visit, leaf, valueAt(item, leaf.path), offered.get(leaf) ?? []),
  }));
  const others = visit.locales.filter((locale) => locale !== languagesNow().written);
  for (const { name, label } of about.texts)
    for (const locale of others)
      columns.push({
        heading: `${visit.t(label)} (${languageName(locale)})`,
        of: ({ item }) => valueAt(item, ['translations', locale, name]) as Cell,
      });
  if (about.leaves.some(({ field }) => field.inList))
    columns.push({ heading: visit.t('settings.resource.on'), of: ({ row }) => yesOrNo(visit, row.enabled ?? false) });
  columns.push({ heading: visit.t('settings.resource.summary'), of: ({ row }) => row.text ?? null });
  return spreadsheet(
    visit,
    columns,
    lines.map((line) => columns.map(({ of }) => of(line))),
  );
}

/** Two columns of one name are told apart by the group that they are in. */
function headingOf<Item>({ label, words }: About<Item>, leaf: Leaf, all: readonly Leaf[], visit: Visit): string {
  const heading = visit.t(label(leaf));
  const group = `${words}.${leaf.path[0]}`;
  const isAlone = all.every((other) => other === leaf || visit.t(label(other)) !== heading);
  return isAlone || leaf.path.length === 1 || !messages.has(visit.locale, group)
    ? heading
    : `${visit.t(group)}: ${heading}`;
}

const yesOrNo = (visit: Visit, value: boolean): string =>
  visit.t(value ? 'settings.resource.yes' : 'settings.resource.no');

export function cell(
  visit: Visit,
  { field }: Leaf,
  value: unknown,
  offered: readonly { value: string; label: string }[],
): Cell {
  const named = (each: unknown): string => {
    const { choices } = field.form!;
    if (choices) return visit.t(`${choices.words}.${String(each)}`);
    return offered.find((option) => option.value === each)?.label ?? String(each);
  };
  if (value === null || value === undefined) return null;
  if (typeof value === 'boolean') return yesOrNo(visit, value);
  if (typeof value === 'number') return value;
  return [value].flat().map(named).join(', ');
}
