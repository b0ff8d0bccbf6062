import { parse } from 'csv-parse/sync';
import { z } from 'zod';
import { describe, expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { InvalidField } from '@foyer/access';
import { LOCALES, messages, regionOf, translate } from '@foyer/i18n';
import { changesOf, Collections, declaredResources, type Leaf, placed, type Resource } from '@foyer/settings';
import { formsOf } from './page-forms.js';

const world = await World.start();
const acme = await world.tenant('acme');
const owner = await acme.owner.browser();

const resources = [...declaredResources()];
const named = resources.map((resource) => [resource.name, resource] as const);
const UNKNOWN = '00000000-0000-4000-8000-00000000dead';
const pathOf = ({ about }: Resource<{ id: string }>) => `/console/settings/${about.page.path}`;

/** One of two values that the field can have. */
function valueOf({ field: { schema, form, refersTo, sealedFor } }: Leaf, which: 0 | 1): unknown {
  const pick = (...two: [unknown, unknown]) => two[which];
  if (sealedFor) return pick('', 'kept secret');
  if (!form) return pick(null, { some: 'part' });
  if (Array.isArray(schema.safeParse(undefined).data)) return pick([], [UNKNOWN]);
  if (refersTo) return pick(null, UNKNOWN);
  if (form.choices) return form.choices.values[which];
  if (form.kind === 'switch') return form.shape.parse(pick(undefined, '1'));
  return form.numeric ? which + 1 : pick('Before', 'After');
}

describe.each(named)('%s, as it is declared', (_name, resource) => {
  const { about } = resource;

  test.each(LOCALES)('has words for everything (%s)', (locale) => {
    const wanted = ['title', 'lead', 'add', 'new', 'empty', 'empty-text', 'remove-text'].map(
      (word) => `${about.words}.${word}`,
    );
    for (const leaf of about.leaves) {
      if (!leaf.field.form || leaf.field.inList) continue;
      wanted.push(about.label(leaf));
      const { choices, none } = leaf.field.form;
      wanted.push(...[about.hint(leaf), none].filter((key) => typeof key === 'string'));
      wanted.push(...(choices?.values ?? []).map((value) => `${choices!.words}.${value}`));
    }
    expect(wanted.filter((key) => !messages.has(locale, key))).toEqual([]);
  });

  test.each(LOCALES)(
    'says of every field what has become of it, and nothing of what is secret (%s)',
    async (locale) => {
      const visit = {
        locale,
        region: regionOf(locale, {}),
        t: (key: string, values?: object) => translate(locale, key, values as never),
      };
      const offered = ({ field }: Leaf, chosen: readonly string[]) =>
        world.get(Collections).offered(field.refersTo!, locale, chosen);
      const [was, is] = [
        placed(about.leaves.map((leaf) => [leaf.path, valueOf(leaf, 0)])),
        placed(about.leaves.map((leaf) => [leaf.path, valueOf(leaf, 1)])),
      ].map((item) => ({ translations: {}, ...item }));
      const changes = await acme.inside(() => changesOf(about, was!, is!, visit, offered));
      const told = about.leaves.filter(({ field }) => !field.derived);
      expect(changes.map(({ control }) => control)).toEqual(told.map(({ control }) => control));
      expect(changes.map(({ label }) => label)).toEqual([...new Set(changes.map(({ label }) => label))]);
      for (const { label, text, from, to } of changes) {
        expect([label, text].filter((words) => words.trim() === '' || words.includes('[object'))).toEqual([]);
        expect(text).toContain(label);
        expect(from === null || from !== to).toBe(true);
      }
      expect(JSON.stringify(changes)).not.toContain('kept secret');
      expect(await acme.inside(() => changesOf(about, is!, is!, visit, offered))).toEqual([]);
    },
  );

  test('asks on its page for every field that has a control, and offers its list as a table', async () => {
    const page = await owner.get(`${pathOf(resource)}/new`);
    expect(page.status).toBe(200);
    const { controls } = formsOf(page.text).find(({ action }) => action === pathOf(resource))!;
    const asked = about.leaves.filter(({ field }) => field.form && !field.inList);
    const there = new Set(controls.map(({ name }) => name));
    // What refers to things of which there are none, such as companies, has nothing to show.
    const missing = asked.filter(({ control, field }) => !there.has(control) && !field.refersTo && !field.later);
    expect(missing.map(({ control }) => control)).toEqual([]);
    const table = await owner.get(`${pathOf(resource)}/export`);
    expect(table.headers['content-type']).toContain('text/csv');
    const [headings, ...lines] = parse(table.text, { bom: true }) as string[][];
    expect(headings).toEqual([...new Set(headings)]);
    expect(headings!.length).toBeGreaterThan(asked.filter(({ field }) => !field.sealedFor).length);
    for (const line of lines) expect(line[0]).not.toBe('');
  });

  test('says of every field with a control what it is, where programs read it', () => {
    const kindOf = (schema: z.ZodType) => z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
    const silent = about.leaves
      .filter(({ field }) => field.form)
      .filter(({ field }) => !['type', 'enum', 'anyOf'].some((word) => word in kindOf(field.schema)));
    expect(silent.map(({ control }) => control)).toEqual([]);
  });

  test('refuses what refers to nothing, whichever way it comes', async () => {
    const collections = world.get(Collections);
    for (const { path, control, field } of about.leaves) {
      if (!field.refersTo || field.fixed) continue;
      const wrong = UNKNOWN;
      const item = { ...about.first[0], name: 'Something new', label: 'Something new' } as Record<string, unknown>;
      const parent = path.slice(0, -1).reduce((at, key) => (at[key] = { ...(at[key] as object) }) as typeof item, item);
      parent[path.at(-1)!] = Array.isArray(field.schema.safeParse(undefined).data) ? [wrong] : wrong;
      const actor = await acme.owner.actor();
      const told = await acme
        .inside(() => collections.add(actor, resource, item as never))
        .catch((error: unknown) => (error instanceof InvalidField ? error.field : error));
      // Where it would mean nothing it is left out.
      expect(told === control || !JSON.stringify(told).includes(wrong)).toBe(true);
    }
  });
});
