import { isDeepStrictEqual } from 'node:util';
import { formatters, languageNameIn } from '@foyer/i18n';
import type { Visit } from '@foyer/web';
import { type Localized, saidIn } from '../localized.js';
import { type Fields, type Leaf, leavesOf, valueAt } from './fields.js';
import { withGone } from './resource-form.js';
import { cell, headingOf, type Offered } from './resource-rows.js';
import { type About, labelledBy } from './resource.js';

/** One field that is not what it was. */
export interface FieldChange {
  /** As the form calls it. */
  control: string;
  label: string;
  /** The two values in words; null for what is secret, and for parts that no control asks for alone. */
  from: string | null;
  to: string | null;
  /** "Name: Workshop → Service", "Members: Bo added" */
  text: string;
}
/** What there is to say of a thing: its fields, and what they are called. */
export type Described = Pick<About<never>, 'leaves' | 'label' | 'words'>;
export const described = (words: string, fields: Fields): Described => ({
  ...{ words, leaves: leavesOf(fields), label: labelledBy(words) },
});
/** For the form of somebody who was about to save something else: what is stored now. */
export const asDifferent = (visit: Pick<Visit, 't'>, { label, to }: FieldChange) => ({
  label,
  text: to ?? visit.t('settings.change.differs'),
});
type Words = Pick<Visit, 't' | 'locale' | 'region'>;

/** What is different about a thing, field by field, as people read it; what follows from the rest is left out. */
export async function changesOf(
  about: Described,
  before: object,
  after: object,
  say: Words,
  offered: Offered,
): Promise<FieldChange[]> {
  const changes: FieldChange[] = [];
  const leaves = about.leaves.filter(({ field }) => !field.derived);
  for (const leaf of leaves) {
    const label = headingOf(about, leaf, leaves, say);
    if (leaf.field.translated) {
      changes.push(...saidChanges(leaf, label, before, after, say));
      continue;
    }
    const [was, is] = [before, after].map((thing) => valueAt(thing, leaf.path) ?? null);
    if (!isDeepStrictEqual(was, is))
      changes.push({ control: leaf.control, label, ...(await told(leaf, label, [was, is], say, offered)) });
  }
  return changes;
}

type Told = Omit<FieldChange, 'control' | 'label'>;

async function told(leaf: Leaf, label: string, values: unknown[], say: Words, offered: Offered): Promise<Told> {
  const { field } = leaf;
  const isPart = field.form === null && values.some((value) => typeof value === 'object' && value !== null);
  if (field.sealedFor || isPart)
    return { from: null, to: null, text: say.t('settings.change.opaque', { field: label }) };
  const chosen = [...new Set(values.flatMap((value) => [value ?? []].flat().map(String)))];
  const options = field.refersTo ? withGone(chosen, await offered(leaf, chosen), say) : [];
  const words = (value: unknown) => cell(say, leaf, value, options);
  const inWords = (value: unknown): string => {
    const text = words(value);
    if (text === null || text === '') return say.t(field.form?.none ?? 'settings.resource.none');
    return typeof text === 'number' ? formatters(say.region).number(text) : String(text);
  };
  const [from, to] = shortened(inWords(values[0]), inWords(values[1]));
  const [was, is] = values.map((value) => (Array.isArray(value) ? (value as unknown[]) : null));
  const list = (key: string, some: unknown[]) =>
    some.length > 0 ? [say.t(`settings.change.${key}`, { names: some.map((one) => words([one])).join(', ') })] : [];
  const changes = was && is ? [...list('added', without(is, was)), ...list('removed', without(was, is))] : [];
  const text =
    changes.length > 0
      ? say.t('settings.change.list', { field: label, changes: changes.join(', ') })
      : say.t('settings.change.from-to', { field: label, from, to });
  return { from, to, text };
}

/** A text in each language in which it is said otherwise. */
function saidChanges({ control }: Leaf, label: string, before: object, after: object, say: Words): FieldChange[] {
  const [was, is] = [before, after].map((thing) => saidIn(thing as Localized, control));
  return [...new Set([was!, is!].flatMap(Object.keys))].flatMap((locale): FieldChange[] => {
    if ((was![locale] ?? '') === (is![locale] ?? '')) return [];
    const none = say.t('settings.resource.none');
    const [from, to] = shortened(was![locale] || none, is![locale] || none);
    const field = `${label} (${languageNameIn(locale, say.locale)})`;
    return [{ control, label: field, from, to, text: say.t('settings.change.from-to', { field, from, to }) }];
  });
}

const SHOWN = 160;
const BEFORE = 30;

/** Of long texts the part where they begin to be different. */
function shortened(one: string, other: string): [string, string] {
  const [a, b] = [[...one], [...other]];
  if (a.length <= SHOWN && b.length <= SHOWN) return [one, other];
  const first = a.findIndex((letter, at) => letter !== b[at]);
  const from = Math.max(0, (first < 0 ? a.length : first) - BEFORE);
  const piece = (letters: string[]) =>
    `${from > 0 ? '…' : ''}${letters
      .slice(from, from + SHOWN)
      .join('')
      .trim()}${letters.length > from + SHOWN ? '…' : ''}`;
  return [piece(a), piece(b)];
}

const without = (some: readonly unknown[], others: readonly unknown[]): unknown[] =>
  some.filter((one) => !others.some((other) => isDeepStrictEqual(one, other)));
