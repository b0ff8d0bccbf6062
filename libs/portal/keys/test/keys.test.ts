import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { parseKey, newKey } from '../src/secret.js';

const PAGE = '/console/settings/api-keys';
const KEY = /key_live_[0-9a-f]{32}_[0-9A-Za-z]{49}/;

let world: World;
let acme: TestTenant;
let owner: Visitor;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
  await (await acme.customer('Ana')).of('Globex');
  owner = await acme.owner.browser();
});

test('a key says by itself whether it is one', () => {
  const { key, hash } = newKey('0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a77');
  expect(key).toMatch(KEY);
  expect(parseKey(key)).toEqual({ id: '0199c2f4-7d3e-7a11-9c5e-2f6f0e1b4a77', hash });
  for (let at = 'key_live_'.length; at < key.length; at += 1) {
    const other = key.slice(0, at) + (key[at] === '1' ? '2' : '1') + key.slice(at + 1);
    expect(parseKey(other)).toBeNull();
  }
  for (const other of ['', `${key}0`, ` ${key}`, key.toUpperCase(), key.slice(1)]) expect(parseKey(other)).toBeNull();
});

describe('in the console', () => {
  test('whoever sends its maker away is told of a key that goes on', async () => {
    const admin = await acme.agent('Kim');
    await acme.change(() => sql`update ${table('person')} set team_role = 'admin' where name = 'Kim' returning id`);
    const browser = await admin.browser();
    await browser.get(`${PAGE}/new`);
    await browser.post(PAGE, { name: 'Nightly export', scopes: ['tickets:read'], days: '365' });
    const { id } = await admin.actor();
    await owner.get('/console/team');
    const asked = await owner.post(`/console/team/${id}/removal`);
    expect([asked.status, asked.text.includes('Nightly export')]).toEqual([422, true]);
    expect((await owner.post(`/console/team/${id}/removal`, { anyway: '1' })).status).toBe(303);
  });

  test('a key is shown once, and kept as a hash', async () => {
    await owner.get(`${PAGE}/new`);
    const wrong = await owner.post(PAGE, { name: '', days: '365', addresses: 'example.com' });
    expect([wrong.status, wrong.text.includes('Choose at least one permission.')]).toEqual([422, false]);
    const made = await owner.post(PAGE, { name: 'ERP', scopes: ['tickets:read', 'people:read'], days: '365' });
    const key = KEY.exec(made.text)![0];
    expect(made.status).toBe(200);
    const { id } = parseKey(key)!;
    for (const path of [PAGE, `${PAGE}/${id}`]) expect((await owner.get(path)).text).not.toMatch(KEY);
    const stored = await acme.query(() => sql`select row_to_json(k)::text as text from ${table('api_key')} k`);
    expect(JSON.stringify(stored)).not.toContain(key.slice(-49));
    expect((await owner.get(PAGE)).text).toContain('View tickets');
  });

  test('what is wrong is said where it was typed', async () => {
    const wrong: [Record<string, string>, string][] = [
      [{ scopes: 'tickets:read', addresses: 'example.com' }, '“example.com” is not an IP address'],
      [{}, 'Choose at least one permission.'],
      [{ scopes: 'nothing:else' }, 'Choose one of the options.'],
      [
        { scopes: 'settings:read', company: await idOf('company') },
        'A key for one company cannot have this permission.',
      ],
    ];
    for (const [typed, words] of wrong) {
      const { status, text } = await owner.post(PAGE, { name: 'ERP', days: '365', ...typed });
      expect([status, text.includes(words)]).toEqual([422, true]);
    }
  });

  test('it is replaced and revoked', async () => {
    const made = await owner.post(PAGE, { name: 'Shop', scopes: 'tickets:read', days: '30' });
    const { id } = parseKey(KEY.exec(made.text)![0])!;
    const next = await owner.post(`${PAGE}/${id}/rotation`, { days: '7' });
    expect(KEY.exec(next.text)![0]).not.toBe(KEY.exec(made.text)![0]);
    expect((await owner.post(`${PAGE}/${id}/rotation`, { days: '8' })).status).toBe(422);
    expect((await owner.post(`${PAGE}/${id}/revocation`)).status).toBe(303);
    expect((await owner.post(`${PAGE}/${id}/rotation`, { days: '0' })).status).toBe(422);
    expect((await owner.get(PAGE)).text).toContain('Revoked');
  });

  test('a page that is loaded again makes no other key, and shows the same one', async () => {
    const counted = async () => (await acme.query(() => sql`select id, hash from ${table('api_key')}`)).length;
    const before = await counted();
    const send = async (path: string, fields: Record<string, string>) => {
      const [, _csrf = ''] = /name="_csrf" value="([^"]+)"/.exec((await owner.get(`${PAGE}/new`)).text) ?? [];
      const texts = [];
      for (let time = 0; time < 3; time += 1) texts.push((await owner.post(path, { ...fields, _csrf })).text);
      const shown = texts.map((text) => KEY.exec(text)?.[0]);
      expect(new Set(shown).size).toBe(1);
      return shown[0]!;
    };
    const made = await send(PAGE, { name: 'Twice', scopes: 'tickets:read', days: '30' });
    expect(await counted()).toBe(before + 1);
    const { id } = parseKey(made)!;
    const next = await send(`${PAGE}/${id}/rotation`, { days: '1' });
    const stored = await acme.query(() => sql`select answer::text as text from ${table('sent_form')}`);
    for (const key of [made, next]) expect(JSON.stringify(stored)).not.toContain(key.slice(-49));
    expect((await owner.get(`${PAGE}/${id}`)).text).not.toMatch(KEY);
  });

  test('only by whoever manages settings', async () => {
    const agent = await (await acme.agent('Nils')).browser();
    for (const path of [PAGE, `${PAGE}/new`]) expect((await agent.get(path)).status).toBe(403);
    expect((await agent.post(PAGE, { name: 'x', scopes: 'tickets:read', days: '30' })).status).toBe(403);
  });

  test('one that ends soon, and one that has ended, are pointed out', async () => {
    const end = (days: number) =>
      acme.change(
        () => sql`update ${table('api_key')} set expires_at = now() + ${days} * interval '1 day' where name = 'ERP'`,
      );
    await end(10);
    expect((await owner.get(PAGE)).text).toContain('Expires soon');
    await end(-1);
    expect((await owner.get(PAGE)).text).toContain('Expired');
  });
});

const idOf = async (name: string): Promise<string> =>
  (await acme.query<{ id: string }>(() => sql`select id from ${table(name)} limit 1`))[0]!.id;
