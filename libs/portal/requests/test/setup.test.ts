import { describe, expect, test } from '@jest/globals';
import { World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { requestFields, requestTypes, ticketGroups, ticketStatuses } from '@foyer/requests';
import { Collections, Settings } from '@foyer/settings';
import { FIRST_TYPE } from '../src/request-type.js';

const SETTINGS = '/console/settings';

const world = await World.start();
const acme = await world.tenant('acme');
await acme.inside(() => world.get(Settings).apply('general', { locales: ['en', 'de'] }));
const owner = await acme.owner.browser();
const person = await (await acme.customer('Ana')).of('Globex', 'company_user');
const ana = await person.browser();
for (const subject of ['First', 'Second']) await person.opens(subject);

const all = <T extends { id: string }>(list: Parameters<Collections['all']>[0]) =>
  acme.inside(() => world.get(Collections).all(list)) as unknown as Promise<T[]>;
const said = (html: string) => /class="error"[^>]*>.*?<span>([^<]+)/.exec(html)?.[1];

test('a limit of a number field that is no number is refused at its control', async () => {
  const browser = await acme.owner.browser();
  await browser.get('/console/settings/ticket-fields/new');
  const typed = { label: 'Floor', kind: 'number', visibility: 'customer', min: 'ground' };
  const { status, text } = await browser.post('/console/settings/ticket-fields', typed);
  expect([status, text.includes('id="min-error"')]).toEqual([422, true]);
});

describe('fields', () => {
  test('are added, translated, and their options keep their ids when they are renamed', async () => {
    const path = `${SETTINGS}/ticket-fields`;
    await owner.get(`${path}/new`);
    const field = { label: 'Device', kind: 'choice', visibility: 'customer' };
    const none = await owner.post(path, { ...field, options: ' \n ' });
    expect([none.status, said(none.text)]).toEqual([422, 'Enter at least one answer.']);
    const typed = { ...field, options: 'Laptop\nTelephone', 'label-de': 'Gerät', 'options-de': 'Rechner\nTelefon' };
    expect((await owner.post(path, typed)).status).toBe(303);
    const [before] = await all<{ id: string; options: { id: string; label: string }[] }>(requestFields);
    const page = await owner.get(`${path}/${before!.id}`);
    expect(page.text).toContain('Rechner\nTelefon');
    await owner.post(`${path}/${before!.id}`, { ...typed, options: 'Notebook\nTelephone', 'options-de': '' });
    const [after] = await all<typeof before & object>(requestFields);
    expect(after!.options.map(({ id }) => id)).toEqual(before!.options.map(({ id }) => id));
    expect(after!.options[0]!.label).toBe('Notebook');
    const twice = await owner.post(`${path}/${before!.id}`, { ...typed, options: 'A\nA' });
    expect(twice.status).toBe(422);
  });

  test('that tickets answer are put away, others removed', async () => {
    const path = `${SETTINGS}/ticket-fields`;
    for (const label of ['Serial', 'Unused']) await owner.post(path, { label, kind: 'text', visibility: 'customer' });
    const fields = await all<{ id: string; label: string; archived: boolean }>(requestFields);
    const [serial, unused] = ['Serial', 'Unused'].map((label) => fields.find((field) => field.label === label)!);
    const types = `${SETTINGS}/request-types`;
    const page = await owner.get(`${types}/${FIRST_TYPE.id}`);
    expect(page.text).toContain(`name="ask-${serial!.id}"`);
    const asks = { ...typeForm('General'), [`ask-${serial!.id}`]: 'required' };
    expect((await owner.post(`${types}/${FIRST_TYPE.id}`, asks)).status).toBe(303);
    const sent = await ana.upload(
      '/tickets',
      { subject: 'With serial', description: 'x', [`f-${serial!.id}`]: 'SN-77' },
      [],
    );
    expect(sent.status).toBe(303);
    expect((await owner.get(`${path}/${serial!.id}`)).text).toContain('1 ticket contains an answer');
    for (const { id } of [serial!, unused!]) expect((await owner.post(`${path}/${id}/removal`)).status).toBe(303);
    const left = await all<{ id: string; archived: boolean }>(requestFields);
    expect(left.find(({ id }) => id === serial!.id)).toMatchObject({ archived: true });
    expect(left.find(({ id }) => id === unused!.id)).toBeUndefined();
    expect((await ana.get('/tickets/new')).text).not.toContain('Serial');
    expect((await ana.get(sent.headers['location']!)).text).toContain('SN-77');
  });
});

const typeForm = (name: string) => ({
  ...{ name, icon: 'ticket', enabled: '1', 'audience-who': 'everybody', 'defaults-priority': 'normal' },
  ...{
    'needs-category': 'hidden',
    'needs-priority': 'optional',
    'needs-attachments': 'optional',
    'needs-company': 'optional',
  },
});

describe('request types', () => {
  const path = `${SETTINGS}/request-types`;
  const idOf = async (name: string) =>
    (await all<{ id: string; name: string }>(requestTypes)).find((type) => type.name === name)!.id;

  test('the last one stays; a new one is offered at its address', async () => {
    await owner.get(path);
    const last = await owner.post(`${path}/${FIRST_TYPE.id}/removal`);
    expect([last.status, last.text.includes('at least one request type')]).toEqual([422, true]);
    expect(
      (await owner.post(path, { ...typeForm('Störung melden'), sentence: 'When something is broken' })).status,
    ).toBe(303);
    expect((await ana.get('/tickets/new')).text).toContain('When something is broken');
    expect((await ana.get(`/tickets/new/${encodeURIComponent('störung-melden')}`)).status).toBe(200);
    const taken = await owner.post(path, typeForm('Störung melden'));
    expect([taken.status, said(taken.text)]).toEqual([422, 'Another request type already has this name.']);
  });

  test('conditions speak of what is asked further up', async () => {
    const fields = await all<{ id: string; kind: string; options: { id: string }[] }>(requestFields);
    const device = fields.find(({ kind }) => kind === 'choice')!;
    await owner.post(`${SETTINGS}/ticket-fields`, { label: 'Inventory number', kind: 'text', visibility: 'customer' });
    const number = (await all<{ id: string }>(requestFields)).at(-1)!;
    const asks = (places: [string, string]) => ({
      ...typeForm('Hardware'),
      [`ask-${device.id}`]: 'required',
      [`place-${device.id}`]: places[0],
      [`ask-${number.id}`]: 'required',
      [`place-${number.id}`]: places[1],
      [`when-${number.id}-1`]: `${device.id}=${device.options[0]!.id}`,
    });
    const wrong = await owner.post(path, asks(['2', '1']));
    expect([wrong.status, said(wrong.text)]).toEqual([422, expect.stringContaining('further up')]);
    expect((await owner.post(path, asks(['1', '2']))).status).toBe(303);
    const page = await owner.get(`${path}/${await idOf('Hardware')}`);
    expect(page.text).toContain('inert');
    expect(page.text).toContain(`value="${device.id}&#x3D;${device.options[0]!.id}" selected`);
    expect((await ana.get('/tickets/new/hardware')).text).toContain('data-when');
  });

  test('are for those they are for, or switched off', async () => {
    const [company] = await acme.query<{ id: string }>(() => sql`select id from ${table('company')}`);
    const nobody = await owner.post(path, { ...typeForm('Contract'), 'audience-who': 'companies' });
    expect(nobody.status).toBe(422);
    await owner.post(path, {
      ...typeForm('Contract'),
      'audience-who': 'companies',
      'audience-companyIds': company!.id,
    });
    await owner.post(path, { ...typeForm('New colleague'), 'audience-who': 'role', 'audience-role': 'company_admin' });
    const stranger = await (await acme.customer('Stranger')).browser();
    expect((await ana.get('/tickets/new')).text).toContain('Contract');
    for (const visitor of [ana, stranger])
      expect((await visitor.get('/tickets/new')).text).not.toContain('New colleague');
    expect((await stranger.get('/tickets/new')).text).not.toContain('Contract');
    expect((await stranger.get('/tickets/new/contract')).status).toBe(404);
    const forced = { type: await idOf('Contract'), subject: 'Forced', description: 'x', priority: 'normal' };
    expect((await stranger.upload('/tickets', forced, [])).status).toBe(422);
    await owner.post(`${path}/${await idOf('Contract')}/switch`);
    expect((await ana.get('/tickets/new')).text).not.toContain('Contract');
  });

  test('only those who manage settings set them up', async () => {
    const agent = await (await acme.agent('Mara')).browser();
    for (const page of [
      'request-types',
      'ticket-fields',
      'ticket-categories',
      'ticket-statuses',
      'reopening',
      'ticket-priorities',
      'ticket-groups',
    ]) {
      expect((await owner.get(`${SETTINGS}/${page}`)).status).toBe(200);
      expect((await agent.get(`${SETTINGS}/${page}`)).status).toBe(403);
      expect((await ana.get(`${SETTINGS}/${page}`)).status).toBe(403);
    }
  });
});

describe('categories', () => {
  const path = `${SETTINGS}/ticket-categories`;
  const rows = () =>
    acme.query<{ id: string; name: string; archived_at: string | null }>(
      () => sql`select * from ${table('ticket_category')} order by position`,
    );

  test('are added, ordered, renamed; one in use asks where its tickets go', async () => {
    await owner.get(path);
    for (const name of ['Billing', 'Faults', 'Praise']) expect((await owner.post(path, { name })).status).toBe(303);
    expect((await owner.post(path, { name: 'billing' })).status).toBe(422);
    const [billing, faults, praise] = await rows();
    await owner.post(`${path}/${praise!.id}/up`);
    expect((await rows()).map(({ name }) => name)).toEqual(['Billing', 'Praise', 'Faults']);
    await owner.post(`${path}/${faults!.id}`, { name: 'Breakdowns' });
    await owner.get('/console/tickets/TKT-001');
    const form = { status: 'open', priority: 'normal', assignee: '' };
    expect((await owner.post('/console/tickets/TKT-001/properties', { ...form, category: billing!.id })).status).toBe(
      303,
    );

    const asked = await owner.post(`${path}/${billing!.id}/removal`);
    expect(asked.headers['location']).toBe(`${path}/${billing!.id}`);
    expect((await owner.get(`${path}/${billing!.id}`)).text).toContain('Move them to “Breakdowns”');
    expect((await owner.post(`${path}/${billing!.id}/removal`, { to: 'nonsense' })).status).toBe(422);
    await owner.post(`${path}/${billing!.id}/removal`, { to: 'archive' });
    expect((await rows()).find(({ id }) => id === billing!.id)!.archived_at).not.toBeNull();
    expect((await owner.get('/console/tickets/TKT-001')).text).toContain('Billing');
    await owner.post(`${path}/${billing!.id}/removal`, { to: faults!.id });
    expect((await rows()).map(({ name }) => name)).toEqual(['Praise', 'Breakdowns']);
    const [ticket] = await acme.query<{ category_id: string }>(
      () => sql`select category_id from ${table('ticket')} where number = 1`,
    );
    expect(ticket!.category_id).toBe(faults!.id);
    expect((await owner.post(`${path}/${praise!.id}/removal`)).status).toBe(303);
    expect((await rows()).map(({ name }) => name)).toEqual(['Breakdowns']);
  });
});

describe('categories in languages', () => {
  test('a category is called in each reader’s language, in lists, tickets, forms, rules and files', async () => {
    const path = `${SETTINGS}/ticket-categories`;
    await owner.get(`${path}/new`);
    expect((await owner.post(path, { name: 'Water damage', 'name-de': 'Wasserschaden' })).status).toBe(303);
    const [category] = await acme.query<{ id: string; translations: object }>(
      () => sql`select id, translations from ${table('ticket_category')} where name = 'Water damage'`,
    );
    expect(category!.translations).toEqual({ de: { name: 'Wasserschaden' } });
    const { text: form } = await owner.get(`${path}/${category!.id}`);
    expect(form).toMatch(/name="name-de"[^>]*value="Wasserschaden"/);
    await owner.get('/console/tickets/TKT-001');
    const ticket = { status: 'open', priority: 'normal', assignee: '', category: category!.id };
    expect((await owner.post('/console/tickets/TKT-001/properties', ticket)).status).toBe(303);
    await owner.get(`${SETTINGS}/request-types/${FIRST_TYPE.id}`);
    const asking = { ...typeForm('General'), 'needs-category': 'optional' };
    expect((await owner.post(`${SETTINGS}/request-types/${FIRST_TYPE.id}`, asking)).status).toBe(303);
    const pages = ['/tickets', '/tickets/TKT-001', '/tickets/TKT-001/print', '/tickets/new/general'];
    const desk = ['/console/tickets', '/console/tickets/TKT-001', path, '/console/settings/routing/new'];
    for (const [locale, said, unsaid] of [
      ['de', 'Wasserschaden', 'Water damage'],
      ['en', 'Water damage', 'Wasserschaden'],
    ] as const) {
      for (const [visitor, paths] of [
        [ana, pages],
        [owner, desk],
      ] as const) {
        await visitor.get(`${paths[0]!}?lang=${locale}`);
        for (const page of paths) {
          const { text } = await visitor.get(page);
          expect([locale, page, text.includes(said)]).toEqual([locale, page, true]);
          expect([locale, page, text.includes(unsaid)]).toEqual([locale, page, false]);
        }
      }
      expect((await owner.get('/console/tickets/export?view=all')).text).toContain(said);
    }
    await owner.get(`${path}/${category!.id}`);
    expect((await owner.post(`${path}/${category!.id}`, { name: 'Flood', 'name-de': '' })).status).toBe(303);
    const [after] = await acme.query(
      () => sql`select name, translations from ${table('ticket_category')} where id = ${category!.id}`,
    );
    expect(after).toEqual({ name: 'Flood', translations: {} });
  });
});

describe('words', () => {
  test('a status renamed is so everywhere, for each side in its words and language', async () => {
    const path = `${SETTINGS}/ticket-statuses`;
    const open = (await all<{ id: string; kind: string }>(ticketStatuses)).find(({ kind }) => kind === 'open')!;
    await owner.get(`${path}/${open.id}`);
    const names = { name: 'In the workshop', customerName: 'We are on it', 'customerName-de': 'Wir sind dran' };
    expect((await owner.post(`${path}/${open.id}`, names)).status).toBe(303);
    for (const page of ['/tickets', '/tickets/TKT-002', '/tickets/TKT-002/print', '/']) {
      const { text } = await ana.get(page);
      expect(text).toContain('We are on it');
      expect(text).not.toMatch(/With us|In the workshop/);
    }
    for (const page of ['/console/tickets', '/console/tickets/TKT-002'])
      expect((await owner.get(page)).text).toContain('In the workshop');
    expect((await ana.get('/tickets?lang=de')).text).toContain('Wir sind dran');
    await ana.get('/tickets?lang=en');
    const standard = await owner.post(`${path}/${open.id}/removal`);
    expect([standard.status, standard.text.includes('Every portal needs this status')]).toEqual([422, true]);
    expect((await owner.post(path, { kind: 'on_hold', name: 'Waiting for parts' })).status).toBe(303);
    expect((await owner.post(path, { kind: 'on_hold' })).status).toBe(422);
  });

  test('a status of one’s own is offered under its kind, and told by its name: to customers by theirs, or not at all', async () => {
    const named = { kind: 'on_hold', name: 'Waiting for the south', customerName: 'With our supplier' };
    await owner.post(`${SETTINGS}/ticket-statuses`, named);
    await owner.post(`${SETTINGS}/ticket-statuses`, { kind: 'on_hold', name: 'South asked', customerName: 'On hold' });
    const of = async (name: string) =>
      (await all<{ id: string; name: string }>(ticketStatuses)).find((one) => one.name === name)!.id;
    const [waiting, asked] = [await of('Waiting for the south'), await of('South asked')];
    const ticket = '/console/tickets/TKT-002';
    await owner.get(ticket);
    for (const status of ['on_hold', `on_hold.${asked}`, `on_hold.${waiting}`, 'on_hold'])
      await owner.post(`${ticket}/properties`, {
        ...{ status, priority: 'normal', assignee: '', category: '', group: '' },
      });
    const told = (text: string) =>
      [...text.matchAll(/changed the status to “([^”]+)”/g)]
        .map(([, to]) => to!.replace(/[\u2066-\u2069]/g, ''))
        .slice(-4);
    const names = ['On hold', 'South asked', 'Waiting for the south', 'On hold'];
    expect(told((await owner.get(ticket)).text)).toEqual(names);
    expect(told((await ana.get('/tickets/TKT-002')).text).slice(-3)).toEqual([
      'On hold',
      'With our supplier',
      'On hold',
    ]);
    expect((await ana.get('/tickets/TKT-002')).text).not.toMatch(/south/i);

    const filter = `/console/tickets?view=all&status=on_hold.${waiting}`;
    expect((await owner.get('/console/tickets')).text).toContain(`status&#x3D;on_hold.${waiting}`);
    expect((await owner.get(filter)).text).not.toContain('<bdi>TKT-002<');
    await owner.post(`${ticket}/properties`, {
      ...{ status: `on_hold.${waiting}`, priority: 'normal', assignee: '', category: '', group: '' },
    });
    expect((await owner.get(filter)).text).toContain('<bdi>TKT-002<');
    const begin = (await owner.get(`/console/tickets/views/new?view=all&status=on_hold.${waiting}`)).text;
    expect(begin).toMatch(new RegExp(`value="on_hold:${waiting}" checked`));
    expect(begin).toContain('1 matching ticket now.');
    const shared = { 'tests-0-field': 'status', 'tests-0-operator': 'is', 'tests-0-value': `on_hold:${waiting}` };
    const view = { name: 'Southern', share: 'team', order: 'touched', ...shared };
    const kept = await owner.post('/console/tickets/views', view);
    expect([kept.status, (await owner.get(kept.headers['location']!)).text.includes('<bdi>TKT-002<')]).toEqual([
      303,
      true,
    ]);
    await owner.post(`${ticket}/properties`, {
      ...{ status: 'open', priority: 'normal', assignee: '', category: '', group: '' },
    });
    const used = await owner.post(`${SETTINGS}/ticket-statuses/${waiting}/removal`);
    expect([used.status, used.text.includes('Southern')]).toEqual([422, true]);
  });

  test('priorities are renamed', async () => {
    await owner.get(`${SETTINGS}/ticket-priorities`);
    const typed = { urgent: 'The lift is stuck', 'urgent-de': 'Aufzug steckt' };
    expect((await owner.post(`${SETTINGS}/ticket-priorities`, typed)).status).toBe(303);
    expect((await ana.get(`/tickets/new/general`)).text).toContain('The lift is stuck');
    expect((await owner.get(`${SETTINGS}/ticket-priorities`)).text).toContain('Aufzug steckt');
    expect((await owner.post(`${SETTINGS}/ticket-priorities`, { low: 'x'.repeat(41) })).status).toBe(422);
  });

  test('groups are of people of the team, and stay while they are needed', async () => {
    const path = `${SETTINGS}/ticket-groups`;
    const [mara, other] = await acme.query<{ id: string }>(
      () => sql`select id from ${table('person')} where name in ('Mara', 'Ana') order by name desc`,
    );
    await owner.get(`${path}/new`);
    expect((await owner.post(path, { name: 'Workshop', memberIds: other!.id })).status).toBe(422);
    expect((await owner.post(path, { name: 'Workshop', memberIds: mara!.id })).status).toBe(303);
    const [group] = await all<{ id: string }>(ticketGroups);
    await owner.post(`${SETTINGS}/request-types`, { ...typeForm('Workshop matter'), 'defaults-groupId': group!.id });
    const needed = await owner.post(`${path}/${group!.id}/removal`);
    expect([needed.status, needed.text.includes('Workshop matter')]).toEqual([422, true]);
  });

  test('what tickets have stays until they have another', async () => {
    await owner.post(`${SETTINGS}/ticket-statuses`, { kind: 'pending', name: 'Sent to the maker' });
    await owner.post(`${SETTINGS}/ticket-groups`, { name: 'Counter' });
    const named = async (list: typeof ticketStatuses | typeof ticketGroups, name: string) =>
      (await all<{ id: string; name: string }>(list as never)).find((one) => one.name === name)!.id;
    const [status, group] = [await named(ticketStatuses, 'Sent to the maker'), await named(ticketGroups, 'Counter')];
    const has = (values: object) =>
      owner.post('/console/tickets/TKT-002/properties', {
        ...{ status: 'open', priority: 'normal', assignee: '', category: '', group: '', ...values },
      });
    expect((await has({ status: `pending.${status}`, group })).status).toBe(303);
    const removals = { [`ticket-statuses/${status}`]: 'ticket has this status', [`ticket-groups/${group}`]: 'belongs' };
    for (const [path, why] of Object.entries(removals)) {
      const refused = await owner.post(`${SETTINGS}/${path}/removal`);
      expect([refused.status, refused.text.includes(why)]).toEqual([422, true]);
      const [, list] = /href="([^"]+)"[^>]*>Show them/.exec(refused.text)!;
      const { text } = await owner.get(list!.replaceAll('&#x3D;', '=').replaceAll('&amp;', '&'));
      expect([...text.matchAll(/<bdi>(TKT-\d+)</g)].map(([, number]) => number)).toEqual(['TKT-002']);
    }
    await has({});
    for (const path of Object.keys(removals))
      expect((await owner.post(`${SETTINGS}/${path}/removal`)).status).toBe(303);
  });
});

test('properties: what a colleague changed meanwhile stays, whatever an older page shows', async () => {
  const two = await acme.owner.browser();
  const page = '/console/tickets/TKT-001';
  const shown = (html: string) => {
    const form =
      /<form class="form" method="post" action="\/console\/tickets\/TKT-001\/properties"[^>]*>([^]*?)<\/form>/.exec(
        html,
      )![1]!;
    const was = Object.fromEntries(
      [...form.matchAll(/name="(was_\w+)" value="([^"]*)"/g)].map(([, name, value]) => [name!, value!]),
    );
    const now = Object.fromEntries(Object.entries(was).map(([name, value]) => [name.slice(4), value]));
    return { ...was, ...now };
  };
  const first = shown((await owner.get(page)).text);
  const second = shown((await two.get(page)).text);
  expect((await owner.post(`${page}/properties`, { ...first, priority: 'low', tags: 'mine' })).status).toBe(303);
  expect((await two.post(`${page}/properties`, { ...second, subject: 'Called otherwise' })).status).toBe(303);
  expect(shown((await owner.get(page)).text)).toMatchObject({
    priority: 'low',
    tags: 'mine',
    subject: 'Called otherwise',
  });
});

test('a note that was begun waits for its writer, and for nobody else', async () => {
  const page = '/console/tickets/TKT-002';
  const written = (html: string) => /<textarea[^>]*id="note-body"[^>]*>([^<]*)</.exec(html)?.[1];
  await owner.get(page);
  const kept = await owner.post('/tickets/drafts', { place: 'note:TKT-002', body: 'Half a note' });
  expect(kept.status).toBeLessThan(400);
  expect(written((await owner.get(page)).text)).toBe('Half a note');
  const colleague = await (await acme.agent('Mara')).browser();
  expect(written((await colleague.get(page)).text)).toBe('');
  expect((await ana.get('/tickets/TKT-002')).text).not.toContain('Half a note');
  await owner.get(page);
  expect((await owner.post(`${page}/notes`, { body: 'A whole note' })).status).toBe(303);
  expect(written((await owner.get(page)).text)).toBe('');
});

describe('an answer that tickets have', () => {
  const path = `${SETTINGS}/ticket-fields`;
  type Choice = { id: string; label: string; options: { id: string; label: string; archived: boolean }[] };
  const choice = async (label: string) => (await all<Choice>(requestFields)).find((field) => field.label === label)!;
  const labels = async (label: string) =>
    (await choice(label)).options.map((option) => `${option.label}${option.archived ? ' (archived)' : ''}`);

  /** A field, asked by a form, with a ticket for each answer; `read` is what the customer sees in each. */
  async function answered(label: string, kind: 'choice' | 'multi-choice', answers: string[]) {
    const typed = { label, kind, visibility: 'customer' };
    await owner.get(path);
    expect((await owner.post(path, { ...typed, options: answers.join('\n') })).status).toBe(303);
    const field = await choice(label);
    const form = { ...typeForm(`About ${label}`), [`ask-${field.id}`]: 'optional' };
    expect((await owner.post(`${SETTINGS}/request-types`, form)).status).toBe(303);
    const type = (await all<{ id: string; name: string }>(requestTypes)).find(({ name }) => name === `About ${label}`)!;
    const tickets: string[] = [];
    await ana.get('/tickets/new');
    for (const { id } of field.options) {
      const asked = { type: type.id, subject: label, description: 'x', seen: 'x', [`f-${field.id}`]: id };
      const sent = await ana.upload('/tickets', asked, []);
      expect([sent.status, said(sent.text)]).toEqual([303, undefined]);
      tickets.push(sent.headers['location']!);
    }
    const read = () =>
      Promise.all(
        tickets.map(async (ticket) => {
          const details = (await ana.get(ticket)).text.split(`<dt>${label}</dt>`)[1] ?? '';
          return /<dd[^>]*>([^]*?)<\/dd>/
            .exec(details)?.[1]
            ?.replace(/<[^>]+>/g, '')
            .trim();
        }),
      );
    const save = (options: string[], more = {}) =>
      owner.post(`${path}/${field.id}`, { ...typed, options: options.join('\n'), ...more });
    const offered = async () => {
      const { text } = await ana.get(`/tickets/new/${type.id}`);
      return field.options.concat((await choice(label)).options).filter(({ id }) => text.includes(`value="${id}"`));
    };
    return { field, read, save, offered, tickets };
  }

  test.each(['choice', 'multi-choice'] as const)('stays in them, whatever becomes of the list (%s)', async (kind) => {
    const label = `Colour ${kind}`;
    const { field, read, save, offered, tickets } = await answered(label, kind, ['Red', 'Green', 'Blue']);
    const [red] = field.options;
    const lists = [['Green', 'Blue'], ['Blue'], ['Blue', 'Red', 'White'], ['White'], ['Black', 'Grey'], ['Red']];
    for (const list of lists) {
      expect((await save(list)).status).toBe(303);
      expect(await read()).toEqual(['Red', 'Green', 'Blue']);
      const shown = new Set((await offered()).map((one) => one.label));
      expect([...shown].sort()).toEqual([...list].sort());
    }
    expect((await choice(label)).options[0]!.id).toBe(red!.id);
    expect((await labels(label)).sort()).toEqual(['Blue (archived)', 'Green (archived)', 'Red']);
    const answers = tickets[1]!.replace('/tickets', '/console/tickets') + '/fields';
    expect((await owner.get(answers)).text).toContain('Green');
    const green = field.options[1]!.id;
    expect((await owner.upload(answers, { [`f-${field.id}`]: green }, [])).status).toBe(303);
    expect(await read()).toEqual(['Red', 'Green', 'Blue']);
  });

  test('whose line has other words is renamed, or stays what it was: the team says which', async () => {
    const { field, read, save } = await answered('Size', 'choice', ['Small', 'Large']);
    const [small, large] = field.options;
    expect((await save(['small', 'Large'])).status).toBe(303);
    expect(await read()).toEqual(['small', 'Large']);
    const asked = await save(['Tiny', 'Huge']);
    expect([asked.status, asked.text.includes('1 ticket keeps “Large”')]).toEqual([422, true]);
    expect(await read()).toEqual(['small', 'Large']);
    const answers = { [`became-${small!.id}`]: 'renamed', [`became-${large!.id}`]: 'other' };
    expect((await save(['Tiny', 'Huge'], answers)).status).toBe(303);
    expect(await read()).toEqual(['Tiny', 'Large']);
    expect(await labels('Size')).toEqual(['Tiny', 'Huge', 'Large (archived)']);
  });
});
