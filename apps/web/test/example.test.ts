import type { Server } from 'node:http';
import { beforeAll, expect, test } from '@jest/globals';
import request from 'supertest';
import { type TestPerson, type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { Keys } from '@foyer/keys';
import { LoansModule } from './example/loans.module.js';

/** A module of a hundred lines, written as an example: no other module knows of it. */
let world: World;
let acme: TestTenant;
let owner: Visitor;
let ana: TestPerson;
let globex: string;
const PATH = '/console/settings/loan-devices';

beforeAll(async () => {
  world = await World.startWithWorker({}, [LoansModule]);
  acme = await world.tenant('acme');
  owner = await acme.owner.browser();
  ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  [{ id: globex }] = (await acme.query<{ id: string }>(() => sql`select id from ${table('company')}`)) as [
    { id: string },
  ];
});

test('its list has a page among the settings, which checks what is typed', async () => {
  expect((await owner.get('/console/settings/general')).text).toContain(`href="${PATH}"`);
  await owner.get(`${PATH}/new`);
  const sent = { name: 'Beamer', serial: 'B-17', companyId: globex };
  expect((await owner.post(PATH, sent)).status).toBe(303);
  const again = await owner.post(PATH, sent);
  expect([again.status, again.text.includes('already taken')]).toEqual([422, true]);
  expect((await owner.get(PATH)).text).toMatch(/Beamer[\s\S]*Serial number: B-17[\s\S]*Lent/);
  expect((await owner.get('/console/find?q=beam')).text).toContain('Beamer');
  expect((await owner.get(`${PATH}/export`)).text).toContain('Beamer,B-17,Globex');
});

test('stands beside a company, and tells those who manage it', async () => {
  expect((await owner.get(`/console/companies/${globex}`)).text).toContain('B-17');
  const mail = await world.mails.mailTo(ana.email, ({ subject }) => subject === 'You have borrowed Beamer');
  expect(mail.text).toContain('until you bring it back');
});

test('is there for programs, by its own operation and by those of the list', async () => {
  const draft = { name: 'ERP', scopes: ['loans:read', 'settings:write'], companyId: null, addresses: [], days: 30 };
  const actor = await acme.owner.actor();
  const { key } = await acme.inside(() => world.get(Keys).create(actor, draft));
  const ask = (path: string) =>
    request(world.app.getHttpServer() as Server)
      .get(`/api/v1/${path}`)
      .set({ Host: acme.host, Authorization: `Bearer ${key}` });
  expect((await ask(`companies/${globex}/loans`)).body).toEqual({ data: [{ name: 'Beamer', serial: 'B-17' }] });
  expect((await ask('loan-devices')).body.data[0]).toMatchObject({ name: 'Beamer', company_id: globex });
});
