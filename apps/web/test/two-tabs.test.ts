import { beforeAll, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { formsOf, type PageForm } from './page-forms.js';

let acme: TestTenant;

beforeAll(async () => {
  const world = await World.start();
  acme = await world.tenant('acme');
});

/** As a browser would send the form, with some of it changed. */
const filled = ({ controls }: PageForm, changed: Record<string, string>) => {
  const sent = controls.filter(({ type, checked }) => !['checkbox', 'radio'].includes(type) || checked);
  return { ...Object.fromEntries(sent.map(({ name, value }) => [name, value])), ...changed };
};

const PAGES: [page: string, control: string, first: string, second: string][] = [
  ['general', 'contact', 'By the harbour', 'On the hill'],
  ['branding', 'primary', '#0b4f6c', '#5a189a'],
  ['features', 'tickets', '', '1'],
  ['portal', 'message', 'First', 'Second'],
  ['legal', 'imprint', 'Acme Ltd', 'Acme & Sons'],
  ['reopening', 'days', '9', '11'],
  ['ticket-priorities', 'urgent', 'Burning', 'At once'],
  ['mail-in', 'blocked', 'one.example', 'two.example'],
];

test.each(PAGES)(
  'settings of %s: an older window is told and undoes nothing unsaid',
  async (page, control, one, two) => {
    const [first, second] = await Promise.all([acme.owner.browser(), acme.owner.browser()]);
    const path = `/console/settings/${page}`;
    const formOf = (text: string) => formsOf(text).find(({ action }) => action.startsWith(path))!;
    const [a, b] = [formOf((await first.get(path)).text), formOf((await second.get(path)).text)];
    const send = (browser: Visitor, form: PageForm, value: string) => {
      const fields = filled(form, { [control]: value });
      return form.multipart ? browser.upload(path, fields, []) : browser.post(path, fields);
    };
    expect((await send(first, a, one)).status).toBe(303);
    const told = await send(second, b, two);
    expect([told.status, told.text.includes('changed in the meantime')]).toEqual([422, true]);
    const now = formOf((await first.get(path)).text);
    expect(now.controls.find(({ name }) => name === '_version')?.value).not.toBe(
      a.controls.find(({ name }) => name === '_version')?.value,
    );
    // What they typed is still there, and whoever saves again means it.
    expect((await send(second, formOf(told.text), two)).status).toBe(303);
  },
);

test('a company: an older window is told, and a domain is of one company', async () => {
  await (await acme.customer('Ana')).of('Globex', 'company_user');
  await (await acme.customer('Ben')).of('Initech', 'company_user');
  const owner = await acme.owner.browser();
  const { text } = await owner.get('/console/companies');
  const [globex, initech] = ['Globex', 'Initech'].map((name) => {
    const before = text.slice(0, text.indexOf(`>${name}<`));
    return /href="(\/console\/companies\/[^"]+)"/.exec(before.slice(before.lastIndexOf('<a')))![1]!;
  });
  const formOf = async (path: string) => formsOf((await owner.get(path)).text).find(({ action }) => action === path)!;
  const [tab, older] = [await formOf(globex!), await formOf(globex!)];
  expect((await owner.post(globex!, filled(tab, { name: 'Globex North' }))).status).toBe(303);
  const told = await owner.post(globex!, filled(older, { domain: 'globex.example' }));
  expect([told.status, told.text.includes('changed in the meantime')]).toEqual([422, true]);
  expect((await owner.get(globex!)).text).toContain('Globex North');
  const again = formsOf(told.text).find(({ action }) => action === globex)!;
  expect((await owner.post(globex!, filled(again, {}))).status).toBe(303);
  const taken = await owner.post(initech!, filled(await formOf(initech!), { domain: 'globex.example' }));
  expect([taken.status, taken.text.includes('Another company has this domain')]).toEqual([422, true]);
});
