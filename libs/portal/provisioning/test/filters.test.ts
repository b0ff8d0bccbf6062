import { beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { World } from '@foyer/app-cli/testing';
import { ENTERPRISE, PATCH, type Provider, provider, USER } from './provider.js';

let globex: Provider;

beforeAll(async () => {
  const acme = await (await World.start()).tenant('acme');
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  const company = await acme.companyId('Globex');
  await acme.owns('globex.example', company);
  globex = await provider(ana, { companyId: company });
});

test('whatever is sent is answered, and leaves what can be read', async () => {
  const { id } = await globex.user('odd@globex.example');
  const name = fc.constantFrom('userName', 'active', 'emails', 'emails[type eq "work"]', 'emails[type eq "work"].value', 'emails.value', 'name', 'name.givenName', 'members', 'title', 'phoneNumbers', 'id', 'meta', 'schemas', 'groups', ENTERPRISE, `${ENTERPRISE}:department`, 'externalId', '', '[', 'x.y.z', 'preferredLanguage', 'timezone'); // prettier-ignore
  const value = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constant('odd@globex.example'), fc.constant([{ value: 'a@globex.example', type: 'work', primary: true }]), fc.constant('False')); // prettier-ignore
  const said = fc.dictionary(name, value, { maxKeys: 4 });
  const operation = fc.record({ op: fc.constantFrom('add', 'Replace', 'remove'), path: name, value: fc.oneof(value, said) }, { requiredKeys: ['op'] }); // prettier-ignore
  const wanted = fc.oneof(
    fc
      .array(operation, { maxLength: 3 })
      .map((Operations) => ['patch', `/Users/${id}`, { schemas: [PATCH], Operations }] as const),
    said.map((body) => ['put', `/Users/${id}`, { userName: 'odd@globex.example', ...body }] as const),
    said.map((body) => ['post', '/Groups', { displayName: 'odd', ...body }] as const),
  );
  await fc.assert(
    fc.asyncProperty(wanted, async ([method, path, body]) => {
      const { status } = await globex.ask(method, path, body);
      expect([200, 201, 400, 409]).toContain(status);
      expect((await globex.get(`/Users/${id}`)).status).toBe(200);
    }),
    { numRuns: 150 },
  );
});

describe('filters', () => {
  test('find what they say', async () => {
    const user = { title: 'Chief "Sky" Officer', name: { givenName: 'Fil', familyName: 'Ter' }, emails: [{ type: 'work', value: 'fil@globex.example' }, { type: 'home', value: 'fil@home.example' }], externalId: 'Ab' }; // prettier-ignore
    const { id } = await globex.user('fil@globex.example', user);
    const { id: group } = await globex.group('Filtered', id);
    const since = new Date(Date.now() - 60_000).toISOString();
    const yes = [
      'userName eq "FIL@globex.example"', 'USERNAME Eq "fil@globex.example"', `${USER}:userName sw "fil"`, 'title co "\\"sky\\""',
      'name.familyName ew "ER"', 'name pr and title pr', 'not (externalId eq "ab") and externalId eq "Ab"', `id eq "${id}"`,
      'emails[type eq "work" and value co "globex"].value sw "fil"', 'emails.value eq "fil@home.example"', 'emails eq "fil@home.example"',
      'emails[type eq "home"]', `groups.value eq "${group}"`, 'groups.display eq "filtered"', `meta.lastModified gt "${since}" and externalId pr`,
      'externalId eq "Ab" and (active eq true or (active eq false and title pr))', 'userName ge "fil" and userName le "fim"',
      'externalId eq "Ab" and displayName eq null', 'emails ne "x" and externalId eq "Ab"',
    ]; // prettier-ignore
    for (const filter of yes)
      expect([filter, (await globex.found('/Users', filter)).includes('fil@globex.example')]).toEqual([filter, true]);
    const no = ['emails[type eq "home" and value co "globex"]', 'not (userName co "fil")', `meta.created lt "${since}"`, 'emails ne "fil@home.example"']; // prettier-ignore
    for (const filter of no)
      expect([filter, (await globex.found('/Users', filter)).includes('fil@globex.example')]).toEqual([filter, false]);
    expect(await globex.found('/Groups', `members.value eq "${id}" and displayName eq "filtered"`)).toEqual([
      'Filtered',
    ]);
    expect(await globex.found('/Groups', `members[value eq "${id}"]`)).toEqual(['Filtered']);
  });

  test.each([
    'x', 'userName', 'userName eq', 'userName xx "a"', 'colour eq "red"', 'password eq "x"', 'constructor pr', '__proto__ pr', 'name.colour pr', 'userName eq fil',
    'userName eq "a" and', '(userName eq "a"', 'userName eq "a")', 'active gt true', 'active eq "x"', 'meta.created gt "yesterday"', 'name eq "x"',
    'emails[type eq "x"', 'emails[colour eq "x"]', 'emails[emails[type eq "x"]]', 'userName[type eq "x"]', 'title eq "\\q"', 'title eq "a', 'groups.$ref eq "x"', 'schemas eq "x"', 'title lt null', 'title eq true',
    '('.repeat(500) + 'userName pr' + ')'.repeat(500), Array(40).fill('userName pr').join(' or '), `title eq "${'x'.repeat(3_000)}"`,
  ])('%s is refused', async (filter) => {
    const { status, body } = await globex.get(`/Users?filter=${encodeURIComponent(filter)}`);
    expect([status, body.scimType]).toEqual([400, 'invalidFilter']);
  }); // prettier-ignore

  test('whatever is written is answered', async () => {
    const word = fc.constantFrom('userName', 'emails', 'emails.value', 'name.givenName', 'active', 'meta.created', 'id', 'members', 'groups', 'externalId', 'eq', 'ne', 'co', 'pr', 'gt', 'and', 'or', 'not', '(', ')', '[', ']', '.value', '"x"', '"%_\\u0000\\ud800\'"', 'true', 'null', '1e9', '-1', '2026-01-01', '"2026-01-01T00:00:00Z"', '"2026-99-99"', `${USER}:title`); // prettier-ignore
    const sensible = fc.tuple(fc.constantFrom('userName', 'emails', 'emails[type eq "work"].value', 'active', 'meta.created', 'id', 'name.familyName', 'groups', 'groups.value', 'title', 'externalId'), fc.constantFrom('eq', 'ne', 'co', 'sw', 'ew', 'gt', 'le', 'pr'), fc.oneof(fc.json({ maxDepth: 0 }), fc.constant(''))).map((parts) => parts.join(' ')); // prettier-ignore
    const any = fc.oneof(
      fc.array(word, { maxLength: 12 }).map((words) => words.join(' ')),
      sensible,
      fc.string({ maxLength: 40 }),
    );
    await fc.assert(
      fc.asyncProperty(any, fc.constantFrom('/Users', '/Groups'), async (filter, path) => {
        const { status } = await globex.get(
          `${path}?filter=${encodeURIComponent(filter.toWellFormed().replaceAll('\u0000', ''))}`,
        );
        expect([200, 400]).toContain(status);
      }),
      { numRuns: 250 },
    );
  });
});
