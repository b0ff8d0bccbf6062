import { randomUUID } from 'node:crypto';
import { expect, test } from '@jest/globals';
import { mailboxes } from '@foyer/correspondence';
import { Collections } from '@foyer/settings';
import { acme, everything, keyFor, program, world } from './programs.js';

test('categories are written, priorities read, as on their pages', async () => {
  const added = await everything.post('ticket-categories', {
    name: 'Invoices',
    translations: { de: { name: 'Rechnungen' } },
  });
  expect([added.status, added.body]).toMatchObject([201, { name: 'Invoices', archived: false }]);
  const other = (await everything.post('ticket-categories', { name: 'Contracts' })).body as { id: string };
  const at = `ticket-categories/${added.body.id as string}`;
  expect((await everything.post('ticket-categories', { name: 'invoices' })).body.errors[0].pointer).toBe('/name');
  const strange = { name: 'x', translations: { zz: { name: 'x' } } };
  expect((await everything.post('ticket-categories', strange)).body.errors[0].pointer).toBe('/translations');
  const changed = await everything.patch(at, { name: 'Bills' }, added.headers['etag']);
  expect(changed.body).toEqual({ ...added.body, name: 'Bills' });
  expect((await everything.patch(at, { name: 'Again' }, added.headers['etag'])).status).toBe(412);
  const names = async (api = everything) =>
    (await api.get('ticket-categories')).body.data.map(({ name }: { name: string }) => name) as string[];
  const before = await names();
  expect((await everything.post(`${at}/place`, { by: 1 })).status).toBe(204);
  expect(await names()).toEqual([...before.slice(0, -2), 'Contracts', 'Bills']);
  await everything.patch('tickets/1', { category_id: added.body.id }, '*');
  expect((await everything.delete(at)).body.errors?.[0].parameter).toBe('to');
  expect((await everything.post(`${at}/archiving`)).status).toBe(204);
  const company = program(acme, (await keyFor(['tickets:write'], 'Globex')).key);
  expect([(await names()).includes('Bills'), (await names(company)).includes('Bills')]).toEqual([true, false]);
  expect((await everything.post(`${at}/restoration`)).status).toBe(204);
  expect((await everything.delete(`${at}?to=${other.id}`)).status).toBe(204);
  expect((await everything.get('tickets/1')).body.category_id).toBe(other.id);
  const reader = program(acme, (await keyFor(['tickets:write', 'settings:read'])).key);
  expect((await reader.post('ticket-categories', { name: 'x' })).status).toBe(403);
  const priorities = (await company.get('ticket-priorities')).body.data as { id: string }[];
  expect(priorities.map(({ id }) => id)).toEqual(['low', 'normal', 'high', 'urgent']);
});

test('mailboxes are told, their passwords never', async () => {
  const box = {
    id: randomUUID(),
    name: 'Help',
    host: 'imap.example',
    port: 993,
    user: 'help',
    password: 'sealed-4711',
  };
  await acme.inside(() => world.get(Collections).apply(mailboxes, [mailboxes.entry.parse(box)]));
  for (const path of ['mailboxes', `mailboxes/${box.id}`]) {
    const { status, text } = await everything.get(path);
    expect([status, text.includes('imap.example'), /password|4711/.test(text)]).toEqual([200, true, false]);
  }
  const added = await everything.post('mailboxes', {
    name: 'Sales',
    host: 'imap.example',
    user: 's',
    password: '4711',
  });
  expect([added.status, /password|4711/.test(added.text)]).toEqual([201, false]);
  const [stored] = await acme.inside(() => world.get(Collections).all(mailboxes)).then((all) => all.slice(-1));
  expect([stored!.name, stored!.password.includes('4711'), stored!.password.length > 20]).toEqual([
    'Sales',
    false,
    true,
  ]);
  await everything.patch(`mailboxes/${stored!.id}`, { name: 'Sales and returns' }, '*');
  const after = await acme.inside(() => world.get(Collections).find(mailboxes, stored!.id));
  expect(after).toMatchObject({ name: 'Sales and returns', password: stored!.password });
});

test('what gives rights is read by programs and composed by people', async () => {
  for (const list of ['team-roles', 'company-roles']) {
    expect((await everything.get(list)).status).toBe(200);
    expect((await everything.post(list, { name: 'Sales', scopes: {} })).status).toBe(405);
  }
});
