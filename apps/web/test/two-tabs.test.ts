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

const PAGES: [page: string, control: string, first: string, second: string, different: string][] = [
  ['general', 'contact', 'By the harbour', 'On the hill', 'Contact details: By the harbour'],
  ['branding', 'primary', '#0b4f6c', '#5a189a', 'Primary colour: #0b4f6c'],
  ['features', 'tickets', '', '1', 'Tickets: No'],
  ['portal', 'message', 'First', 'Second', 'Message to customers: First'],
  ['legal', 'imprint', 'Acme Ltd', 'Acme & Sons', 'Imprint (English): Acme Ltd'],
  ['reopening', 'days', '9', '11', 'Days after the solution: 9'],
  ['ticket-priorities', 'urgent', 'Burning', 'At once', 'Urgent: Burning'],
  ['mail-in', 'blocked', 'one.example', 'two.example', 'Blocked: one.example'],
];

/** What the page says is stored now, where it is not what was typed. */
const differences = (html: string): string[] => {
  const [, list = ''] = /<dl class="facts">(.*?)<\/dl>/s.exec(html.slice(html.indexOf('data-error-summary'))) ?? [];
  const words = (text: string) =>
    text
      .replace(/<[^>]+>/g, '')
      .replaceAll('&#39;', '’')
      .replaceAll('&quot;', '"');
  return [...list.matchAll(/<dt>(.*?)<\/dt><dd>(.*?)<\/dd>/gs)].map(
    ([, label, text]) => `${words(label!)}: ${words(text!)}`,
  );
};

test.each(PAGES)(
  'settings of %s: an older window is told and undoes nothing unsaid',
  async (page, control, one, two, different) => {
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
    expect(differences(told.text)).toEqual([different]);
    const now = formOf((await first.get(path)).text);
    expect(now.controls.find(({ name }) => name === '_version')?.value).not.toBe(
      a.controls.find(({ name }) => name === '_version')?.value,
    );
    // What they typed is still there, and whoever saves again means it.
    expect((await send(second, formOf(told.text), two)).status).toBe(303);
  },
);

test('an item of a list: each field that somebody else has changed is told, what is secret only that it is another', async () => {
  const owner = await acme.owner.browser();
  const add = async (list: string, typed: Record<string, string | string[]>) => {
    const path = `/console/settings/${list}`;
    const blank = formsOf((await owner.get(`${path}/new`)).text).find(({ action }) => action === path)!;
    expect((await owner.post(path, { ...filled(blank, {}), ...typed })).status).toBe(303);
    return [...(await owner.get(path)).text.matchAll(new RegExp(`${path}/[0-9a-f-]{36}`, 'g'))].at(-1)![0];
  };
  const typed = async (path: string, changed: Record<string, string | string[]>) => {
    const form = formsOf((await owner.get(path)).text).find(({ action }) => action === path)!;
    return { ...filled(form, {}), ...changed };
  };
  const mara = await acme.agent('Mara');
  const group = await add('ticket-groups', { name: 'Workshop' });
  const [first, second] = [
    await typed(group, { name: 'Service', memberIds: [(await mara.actor()).id!] }),
    await typed(group, { name: 'Depot' }),
  ];
  expect((await owner.post(group, first)).status).toBe(303);
  const told = await owner.post(group, second);
  expect([told.status, differences(told.text)]).toEqual([422, ['Name: Service', 'People: Mara']]);
  const again = formsOf(told.text).find(({ action }) => action === group)!;
  expect((await owner.post(group, filled(again, {}))).status).toBe(303);

  const server = { name: 'Post', host: 'imap.example.com', port: '993', security: 'tls', user: 'post', enabled: '1' };
  const mailbox = await add('mailboxes', { ...server, password: 'the first word' });
  const [one, other] = [
    await typed(mailbox, { host: 'imap.example.net', password: 'another word' }),
    await typed(mailbox, { name: 'Letters', password: 'a third word' }),
  ];
  expect((await owner.post(mailbox, one)).status).toBe(303);
  const conflict = await owner.post(mailbox, other);
  expect(differences(conflict.text)).toEqual([
    'Name: Post',
    expect.stringContaining(': imap.example.net'),
    'Password: Different from your version',
  ]);
  expect(conflict.text).not.toContain('another word');

  const urgent = { 'tests-0-field': 'priority', 'tests-0-operator': 'is', 'tests-0-value': 'urgent' };
  const low = { ...urgent, 'tests-0-value': 'low' };
  const rule = await add('routing', { name: 'To Mara', agentId: (await mara.actor()).id!, ...urgent });
  const [quick, slow] = [await typed(rule, low), await typed(rule, { ...urgent, name: 'To her' })];
  expect((await owner.post(rule, quick)).status).toBe(303);
  expect(differences((await owner.post(rule, slow)).text)).toEqual([
    'Name: To Mara',
    expect.stringMatching(/^Summary: .*Low/),
  ]);
});

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
  expect(differences(told.text)).toEqual(['Name of the company: Globex North', expect.stringContaining(': Not set')]);
  expect((await owner.get(globex!)).text).toContain('Globex North');
  const again = formsOf(told.text).find(({ action }) => action === globex)!;
  expect((await owner.post(globex!, filled(again, {}))).status).toBe(303);
  const taken = await owner.post(initech!, filled(await formOf(initech!), { domain: 'globex.example' }));
  expect([taken.status, taken.text.includes('Another company has this domain')]).toEqual([422, true]);
});
