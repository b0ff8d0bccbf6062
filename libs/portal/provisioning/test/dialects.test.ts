import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { ENTERPRISE, GROUP, PATCH, personAt, type Provider, provider, USER } from './provider.js';

let acme: TestTenant;
let globex: Provider;

beforeAll(async () => {
  const world = await World.start();
  acme = await world.tenant('acme');
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  const company = await acme.companyId('Globex');
  await acme.owns('globex.example', company);
  globex = await provider(ana, { companyId: company, roles: [{ group: 'Admins', role: 'company_user' }] });
});

describe('Okta', () => {
  let id: string;

  test('looks whether somebody is there, and creates them', async () => {
    const filter = encodeURIComponent('userName eq "joe.okta@globex.example"');
    const before = await globex.get(`/Users?filter=${filter}&startIndex=1&count=100`);
    expect([before.status, before.body.totalResults, before.body.Resources]).toEqual([200, 0, []]);
    expect(before.headers['content-type']).toBe('application/scim+json; charset=utf-8');
    const made = await globex.ask('post', '/Users', {
      ...{ schemas: [USER], userName: 'joe.okta@globex.example', externalId: '00ujl29u0le5T6Aj10h7' },
      ...{ name: { givenName: 'Joe', familyName: 'Okta' }, displayName: 'Joe Okta', locale: 'de-CH', active: true },
      ...{ emails: [{ primary: true, value: 'joe.okta@globex.example', type: 'work' }], password: '1mz050nq' },
      ...{ groups: [], phoneNumbers: [{ value: '+41 44 000 00 00', type: 'work' }], timezone: 'Europe/Zurich' },
    });
    expect(made.status).toBe(201);
    ({ id } = made.body as { id: string });
    expect(made.body).toMatchObject({ active: true, name: { givenName: 'Joe' }, externalId: '00ujl29u0le5T6Aj10h7' });
    expect(made.body).not.toHaveProperty('password');
    expect(made.headers['location']).toBe(`${acme.tenant.origin}/scim/v2/Users/${id}`);
    expect(await personAt(acme, 'joe.okta@globex.example')).toMatchObject({
      ...{ name: 'Joe Okta', status: 'active', phone: '+41 44 000 00 00', locale: 'de', timeZone: 'Europe/Zurich' },
      places: { Globex: 'user' },
    });
  });

  test('replaces them as a whole', async () => {
    const put = await globex.ask('put', `/Users/${id}`, {
      ...{
        schemas: [USER],
        id,
        userName: 'joe.okta@globex.example',
        name: { givenName: 'Joseph', familyName: 'Okta' },
      },
      ...{ displayName: 'Joseph Okta', emails: [{ value: 'joe.okta@globex.example', type: 'work', primary: true }] },
      ...{ active: true, meta: { resourceType: 'User' } },
    });
    expect([put.status, put.body.name.givenName, put.body.externalId]).toEqual([200, 'Joseph', undefined]);
    expect((await personAt(acme, 'joe.okta@globex.example'))!.name).toBe('Joseph Okta');
  });

  test('deactivates and brings back by a replace without a path', async () => {
    const off = await globex.patch(`/Users/${id}`, { op: 'replace', value: { active: false } });
    expect(off['active']).toBe(false);
    expect(await personAt(acme, 'joe.okta@globex.example')).toMatchObject({ status: 'deactivated', places: {} });
    await globex.patch(`/Users/${id}`, { op: 'replace', value: { active: true } });
    expect(await personAt(acme, 'joe.okta@globex.example')).toMatchObject({
      status: 'active',
      places: { Globex: 'user' },
    });
  });

  test('pushes a group, renames it by a replace with its id, replaces and adds members', async () => {
    const { id: other } = await globex.user('ola.okta@globex.example');
    const group = await globex.post('/Groups', { schemas: [GROUP], displayName: 'Everybody', members: [] });
    const at = `/Groups/${group.id}`;
    const named = await globex.patch(at, { op: 'replace', value: { id: group.id, displayName: 'Admins' } });
    expect(named['displayName']).toBe('Admins');
    const added = await globex.patch(at, {
      op: 'add',
      path: 'members',
      value: [{ value: id, display: 'joe.okta@globex.example' }],
    });
    expect(added['members']).toMatchObject([{ value: id, display: 'joe.okta@globex.example', type: 'User' }]);
    expect((await personAt(acme, 'joe.okta@globex.example'))!.places).toEqual({ Globex: 'company_user' });
    await globex.patch(at, { op: 'replace', path: 'members', value: [{ value: other, display: 'ola' }] });
    expect((await personAt(acme, 'joe.okta@globex.example'))!.places).toEqual({ Globex: 'user' });
    expect((await personAt(acme, 'ola.okta@globex.example'))!.places).toEqual({ Globex: 'company_user' });
    const both = await globex.patch(
      at,
      { op: 'remove', path: `members[value eq "${other}"]` },
      { op: 'add', path: 'members', value: [{ value: id }] },
    );
    expect(both['members']).toMatchObject([{ value: id }]);
    expect((await globex.ask('delete', at)).status).toBe(204);
    expect((await personAt(acme, 'joe.okta@globex.example'))!.places).toEqual({ Globex: 'user' });
  });
});

describe('Entra', () => {
  let id: string;
  let groupId: string;

  test('tests the connection by looking for somebody who is not there', async () => {
    const filter = encodeURIComponent('userName eq "6f2f4a30-0000-4000-8000-000000000000"');
    const none = await globex.get(`/Users?filter=${filter}`);
    expect([none.status, none.body.totalResults]).toEqual([200, 0]);
    for (const what of [
      'Users?excludedAttributes=members&count=1',
      'Groups?excludedAttributes=members',
      'Schemas',
      'ResourceTypes',
      'ServiceProviderConfig',
    ])
      expect([what, (await globex.get(`/${what}`)).status]).toEqual([what, 200]);
  });

  test('creates a user, who is no other’s afterwards', async () => {
    const body = {
      ...{ schemas: [USER, ENTERPRISE], externalId: '0a21f0f2', userName: 'Eve_Entra@globex.example', active: true },
      ...{
        addresses: null,
        displayName: 'Eve Entra',
        emails: [{ type: 'work', value: 'Eve@globex.example', primary: true }],
      },
      ...{ meta: { resourceType: 'User' }, name: { formatted: 'Eve Entra', familyName: 'Entra', givenName: 'Eve' } },
      ...{ phoneNumbers: [], roles: [], title: 'Pilot', [ENTERPRISE]: { department: 'Air', manager: 'somebody' } },
    };
    const made = await globex.post('/Users', body);
    id = made.id;
    expect(made).toMatchObject({ title: 'Pilot', [ENTERPRISE]: { department: 'Air' } });
    expect(made['schemas']).toEqual([USER, ENTERPRISE]);
    const again = await globex.ask('post', '/Users', { ...body, userName: 'EVE_entra@globex.example' });
    expect([again.status, again.body.scimType, again.body.status]).toEqual([409, 'uniqueness', '409']);
    expect(await globex.found('/Users', 'userName eq "eve_ENTRA@globex.example"')).toEqual([
      'Eve_Entra@globex.example',
    ]);
    expect(await globex.found('/Users', 'externalId eq "0a21f0f2"')).toHaveLength(1);
    expect(await globex.found('/Users', 'externalId eq "0A21F0F2"')).toEqual([]);
  });

  test('changes by capitalised operations, paths with filters, flattened names and URNs', async () => {
    const changed = await globex.patch(
      `/Users/${id}`,
      { op: 'Replace', path: 'displayName', value: 'Eve E. Entra' },
      { op: 'Replace', path: 'emails[type eq "work"].value', value: 'eve.entra@globex.example' },
      { op: 'Add', path: 'emails[type eq "other"].value', value: 'eve@elsewhere.example' },
      { op: 'Add', path: 'phoneNumbers[type eq "mobile"].value', value: '+41 79 000 00 00' },
      { op: 'Replace', path: 'name.familyName', value: 'Entra-Azure' },
      { op: 'Add', path: `${ENTERPRISE}:department`, value: 'Space' },
      { op: 'Add', path: `${ENTERPRISE}:employeeNumber`, value: '4711' },
      { op: 'Add', path: 'addresses[type eq "work"].country', value: 'CH' },
      { op: 'Add', path: `urn:ietf:params:scim:schemas:extension:CustomExtensionName:2.0:User:tag`, value: 'x' },
    );
    expect(changed).toMatchObject({
      ...{ displayName: 'Eve E. Entra', name: { familyName: 'Entra-Azure', givenName: 'Eve' } },
      emails: [
        { type: 'work', value: 'eve.entra@globex.example', primary: true },
        { type: 'other', value: 'eve@elsewhere.example' },
      ],
      ...{ phoneNumbers: [{ type: 'mobile' }], [ENTERPRISE]: { department: 'Space', employeeNumber: '4711' } },
    });
    expect(await personAt(acme, 'eve.entra@globex.example')).toMatchObject({
      name: 'Eve E. Entra',
      phone: '+41 79 000 00 00',
    });
    const flat = await globex.patch(`/Users/${id}`, {
      ...{
        op: 'replace',
        value: { 'name.givenName': 'Evelyn', [`${ENTERPRISE}:department`]: 'Sea', displayName: 'Evelyn Entra' },
      },
    });
    expect(flat).toMatchObject({ name: { givenName: 'Evelyn' }, [ENTERPRISE]: { department: 'Sea' } });
    const gone = await globex.patch(
      `/Users/${id}`,
      { op: 'Remove', path: 'phoneNumbers[type eq "mobile"].value' },
      { op: 'Remove', path: 'title' },
      { op: 'Remove', path: 'emails[type eq "home"]' },
    );
    expect([gone['phoneNumbers'], gone['title']]).toEqual([undefined, undefined]);
  });

  test('disables by the text "False", and enables by "True"', async () => {
    const off = await globex.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' });
    expect([off['active'], (await personAt(acme, 'eve.entra@globex.example'))!.status]).toEqual([false, 'deactivated']);
    const flat = await globex.patch(`/Users/${id}`, { op: 'Add', value: { active: 'True' } });
    expect([flat['active'], (await personAt(acme, 'eve.entra@globex.example'))!.status]).toEqual([true, 'active']);
    expect(await globex.found('/Users', 'active eq "False"')).toEqual([]);
  });

  test('keeps groups: with an external id, members by value, removal by a filter and by a list', async () => {
    const { id: other } = await globex.user('olaf.entra@globex.example');
    const made = await globex.post('/Groups', {
      ...{ schemas: [GROUP, 'http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group'] },
      ...{ externalId: '8aa1a0c0', displayName: 'Pilots', meta: { resourceType: 'Group' } },
    });
    groupId = made.id;
    const at = `/Groups/${groupId}`;
    await globex.patch(at, { op: 'Add', path: 'members', value: [{ value: id }, { value: other }] });
    const filter = encodeURIComponent(`id eq "${groupId}" and members eq "${id}"`);
    expect((await globex.get(`/Groups?excludedAttributes=members&filter=${filter}`)).body).toMatchObject({
      ...{ totalResults: 1, Resources: [{ id: groupId, displayName: 'Pilots' }] },
    });
    expect((await globex.get(`${at}?excludedAttributes=members`)).body).not.toHaveProperty('members');
    expect((await globex.get(`/Users/${id}`)).body.groups).toMatchObject([{ value: groupId, display: 'Pilots' }]);
    await globex.patch(at, { op: 'Remove', path: 'members', value: [{ value: other }] });
    const left = await globex.patch(at, { op: 'Remove', path: `members[value eq "${other}"]` });
    expect(left['members']).toMatchObject([{ value: id }]);
    await globex.patch(at, { op: 'Replace', path: 'displayName', value: 'Admins' });
    expect((await personAt(acme, 'eve.entra@globex.example'))!.places).toEqual({ Globex: 'company_user' });
    const none = await globex.patch(at, { op: 'Remove', path: 'members' });
    expect(none['members']).toBeUndefined();
    expect((await personAt(acme, 'eve.entra@globex.example'))!.places).toEqual({ Globex: 'user' });
  });

  test('deletes for good, and makes the same person again', async () => {
    expect((await globex.ask('delete', `/Users/${id}`)).status).toBe(204);
    expect((await globex.get(`/Users/${id}`)).status).toBe(404);
    expect((await globex.ask('delete', `/Users/${id}`)).status).toBe(404);
    expect((await personAt(acme, 'eve.entra@globex.example'))!.status).toBe('deactivated');
    const again = await globex.user('Eve_Entra@globex.example', { emails: [{ value: 'eve.entra@globex.example' }] });
    expect(again.id).not.toBe(id);
    expect((await personAt(acme, 'eve.entra@globex.example'))!.status).toBe('active');
    expect((await globex.ask('delete', `/Groups/${groupId}`)).status).toBe(204);
  });
});

describe('a PATCH', () => {
  test('is done as a whole or not at all', async () => {
    const { id } = await globex.user('whole@globex.example', { title: 'Before' });
    const Operations = [
      { op: 'replace', path: 'title', value: 'After' },
      { op: 'replace', path: 'id', value: 'other' },
    ];
    const { status, body } = await globex.ask('patch', `/Users/${id}`, { schemas: [PATCH], Operations });
    expect([status, body.scimType]).toEqual([400, 'mutability']);
    expect((await globex.get(`/Users/${id}`)).body.title).toBe('Before');
  });

  test.each([
    ['invalidSyntax', [{ op: 'move', path: 'title', value: 'x' }]],
    ['invalidSyntax', []],
    ['invalidSyntax', ['x', null]],
    ['invalidPath', [{ op: 'add', path: 'emails[type eq', value: 'x' }]],
    ['invalidPath', [{ op: 'add', path: 7, value: 'x' }]],
    ['invalidPath', [{ op: 'add', path: 'emails[type eq "work"].colour', value: 'x' }]],
    ['noTarget', [{ op: 'remove', value: 'x' }]],
    ['noTarget', [{ op: 'replace', path: 'emails[type ne "work"].value', value: 'x' }]],
    ['invalidValue', [{ op: 'replace', value: 'x' }]],
    ['invalidValue', [{ op: 'replace', path: 'active', value: 'perhaps' }]],
    ['invalidValue', [{ op: 'replace', path: 'title' }]],
    ['invalidValue', [{ op: 'replace', path: 'userName', value: '' }]],
    ['invalidValue', [{ op: 'replace', path: 'emails', value: [7] }]],
    ['invalidValue', [{ op: 'replace', path: 'name', value: 'x' }]],
    ['tooMany', Array(101).fill({ op: 'replace', path: 'title', value: 'x' })],
  ])('%s', async (scimType, Operations) => {
    const [{ id }] = (await globex.get('/Users?count=1')).body.Resources as { id: string }[] as [{ id: string }];
    const { status, body } = await globex.ask('patch', `/Users/${id}`, { schemas: [PATCH], Operations });
    expect([status, body.scimType, body.schemas]).toEqual([
      400,
      scimType,
      ['urn:ietf:params:scim:api:messages:2.0:Error'],
    ]);
  });
});
