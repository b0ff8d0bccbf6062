import { beforeAll, expect, test } from '@jest/globals';
import { sql, table } from '@foyer/database';
import { type TestTenant, World } from '@foyer/app-cli/testing';

let world: World;
let acme: TestTenant;

beforeAll(async () => {
  world = await World.start();
  acme = await world.tenant('acme');
});

test('every page of the sign-up site, the portal, the console and the staff answers', async () => {
  const site = world.visitor('localhost:3000');
  expect((await site.get('/')).status).toBe(200);
  const signedUp = await site.post('/sign-up', {
    business: 'Blue Heron Bikes',
    slug: 'blue-heron',
    name: 'Joan Ellis',
    email: 'joan@heron.example',
    password: 'orchard-lantern-42',
    plan: 'team',
    blueprint: 'e-commerce',
  });
  expect(signedUp.status).toBe(200);
  const entry = new URL(/href="(http:[^"]+welcome\?token[^"]+)"/.exec(signedUp.text)![1]!.replaceAll('&#x3D;', '='));
  const joan = world.visitor(entry.host);
  expect((await joan.get(entry.pathname + entry.search)).status).toBe(200);
  expect((await joan.post('/console/welcome', { token: entry.searchParams.get('token')! })).headers['location']).toBe(
    '/console/welcome',
  );
  const bad = [];
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  await ana.opens('Printer is on fire');
  const customer = await ana.browser();
  const owner = await acme.owner.browser();
  const staff = await world.staff();
  const id = (await acme.query<{ id: string }>(() => sql`select id from ${table('person')}`)).at(0)!.id;
  const pages: [typeof customer, string[]][] = [
    [
      acme.visitor(),
      [
        '/',
        '/sign-in',
        '/register',
        '/forgot',
        '/reset?token=x',
        '/verify?token=x',
        '/invitation?token=x',
        '/console/sign-in',
      ],
    ],
    [
      customer,
      [
        '/',
        '/tickets',
        '/tickets?scope=company&status=open&q=fire',
        '/tickets/new',
        '/tickets/new/general',
        '/tickets/suggestions?subject=printer+fire',
        '/tickets/TKT-001',
        '/tickets/TKT-001/print',
        '/account',
        '/company',
      ],
    ],
    [
      owner,
      [
        '/console',
        '/console/tickets',
        '/console/tickets?view=all&q=fire',
        '/console/tickets/TKT-001',
        '/console/people',
        `/console/people/${id}`,
        '/console/companies',
        '/console/companies/new',
        '/console/team',
        '/console/account',
        '/console/welcome',
        '/console/settings',
        ...[
          'request-types',
          'ticket-fields',
          'ticket-categories',
          'ticket-statuses',
          'reopening',
          'ticket-priorities',
          'ticket-groups',
        ].map((page) => `/console/settings/${page}`),
        '/console/tickets/new',
        `/console/tickets/new?customer=${id}`,
        '/console/tickets/TKT-001/fields',
        '/console/settings/general',
        '/console/settings/branding',
        '/console/settings/features',
        '/console/settings/portal',
        '/console/settings/legal',
      ],
    ],
    [joan, ['/console/welcome', '/console/tickets', '/']],
    [
      staff,
      [
        '/',
        '/tenants',
        '/tenants?status=active&q=ac',
        '/tenants/new',
        `/tenants/${acme.tenant.id}`,
        '/jobs',
        '/account',
      ],
    ],
  ];
  for (const [browser, paths] of pages) {
    for (const path of paths) {
      const { status } = await browser.get(path);
      if (![200, 303, 410].includes(status)) bad.push(`${browser.host}${path} ${status}`);
    }
  }
  expect(bad).toEqual([]);
});
