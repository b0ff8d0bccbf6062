import { expect, test } from '@jest/globals';
import { sql, table } from '@foyer/database';
import { type Visitor, World } from '@foyer/app-cli/testing';
import { Settings } from '@foyer/settings';
import { unescaped } from './page-forms.js';

const world = await World.start();
const acme = await world.tenant('acme');

test('every page of the sign-up site, the portal, the console and the staff answers', async () => {
  const joan = await signedUp('blue-heron');
  const bad = [];
  const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
  await ana.opens('Printer is on fire');
  const customer = await ana.browser();
  const owner = await acme.owner.browser();
  const staff = await world.staff();
  const id = (await acme.query<{ id: string }>(() => sql`select id from ${table('person')}`)).at(0)!.id;
  const company = (await acme.query<{ id: string }>(() => sql`select id from ${table('company')}`)).at(0)!.id;
  const pages: [typeof customer, string[]][] = [
    [world.visitor('localhost:3000'), ['/', '/?plan=business', '/terms', '/privacy']],
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
        '/sign-in/code',
        '/sign-in/set-up',
        '/sign-in/code/lost',
        '/sign-in/recovery?token=x',
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
        '/account/security',
        '/account/security/app',
        '/account/security/passkey',
        '/company',
        `/company/sign-in/${company}/directory`,
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
        '/console/account/security',
        '/console/welcome',
        '/console/start',
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
        '/console/settings/second-factor',
        '/console/settings/sign-in',
        '/console/settings/directories',
        '/console/settings/directories/new',
        '/console/settings/directory-connections',
        '/console/settings/directory-connections/new',
      ],
    ],
    [joan, ['/console/start', '/console/tickets', '/']],
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

/** From the sign-up site into the console, as its buttons lead. */
async function signedUp(slug: string): Promise<Visitor> {
  const site = world.visitor('localhost:3000');
  expect((await site.get('/')).status).toBe(200);
  const made = await site.post('/sign-up', {
    ...{ business: 'Blue Heron Bikes', slug, name: 'Joan Ellis', email: `joan@${slug}.example` },
    ...{ password: 'orchard-lantern-42', plan: 'team', blueprint: 'e-commerce' },
  });
  expect(made.status).toBe(200);
  const entry = new URL(unescaped(/href="(http:[^"]+welcome\?token[^"]+)"/.exec(made.text)![1]!));
  const joan = world.visitor(entry.host);
  expect((await joan.get(entry.pathname + entry.search)).status).toBe(200);
  const entered = await joan.post('/console/welcome', { token: entry.searchParams.get('token')! });
  expect(entered.headers['location']).toBe('/console');
  return joan;
}

/** What no page says: a value that is none, a record printed as text, a word of a template or a message left open. */
const LEAKS = /\[object \w+\]|\bundefined\b|\bNaN\b|\{\{[^{}]*\}\}|="\[|(?<![\w{])\{[a-z]\w*\}(?!\w)/i;
/** Shown on purpose: the words that a text may leave open, and what scripts fill in. */
const MEANT =
  /\{\{customer\.\w+\}\}|<code[^>]*>[^<]*<\/code>|<script[^]*?<\/script>|<textarea[^]*?<\/textarea>|data-[\w-]+="[^"]*"|placeholder="[^"]*"/g;

test('whatever page a link leads to answers, in English and Arabic, and prints no value that is none', async () => {
  await acme.inside(() => world.get(Settings).apply('general', { locales: ['en', 'ar'] }));
  const customer = await (await acme.customer('Walker')).of('Globex', 'company_admin');
  await customer.opens('A long way');
  const walks: [who: string, browser: Visitor, from: string][] = [
    ['site', world.visitor('localhost:3000'), '/'],
    ['guest', acme.visitor(), '/'],
    ['guest of the team', acme.visitor(), '/console/sign-in'],
    ['customer', await customer.browser(), '/'],
    ['viewer', await (await acme.agent('Vera', 'viewer')).browser(), '/console'],
    ['agent', await (await acme.agent('Gil')).browser(), '/console'],
    ['owner', await acme.owner.browser(), '/console'],
    ['staff', await world.staff(), '/'],
  ];
  const wrong: string[] = [];
  for (const [who, browser, from] of walks) {
    const waiting = [from];
    const seen = new Set(waiting);
    const shapes = new Map<string, number>();
    while (waiting.length > 0) {
      const path = waiting.shift()!;
      const { status, text, headers } = await browser.get(path);
      if (headers['location']) waiting.push(...fresh([headers['location']], seen, shapes));
      if (status >= 400) wrong.push(`${who} ${path} → ${status}`);
      if (!String(headers['content-type']).startsWith('text/html') || status !== 200) continue;
      waiting.push(
        ...fresh(
          [...text.matchAll(/<a [^>]*href="([^"]+)"/g)].map(([, href]) => href!),
          seen,
          shapes,
        ),
      );
      const arabic = who.endsWith('staff')
        ? ''
        : (await browser.get(`${path}${path.includes('?') ? '&' : '?'}lang=ar`)).text;
      if (arabic) await browser.get(`${from}?lang=en`);
      for (const page of [text, arabic]) {
        const leak = LEAKS.exec(page.replace(MEANT, ''));
        if (leak) wrong.push(`${who} ${path}: ${page.replace(MEANT, '').slice(leak.index - 60, leak.index + 60)}`);
      }
    }
    expect([who, seen.size > 1]).toEqual([who, true]);
  }
  expect(wrong).toEqual([]);
}, 180_000);

/** Links of this host not followed yet; of pages alike but for an id or a query, three. */
function fresh(hrefs: string[], seen: Set<string>, shapes: Map<string, number>): string[] {
  return hrefs
    .map((href) => unescaped(href).split('#')[0]!)
    .filter((href) => {
      const shape = href.split('?')[0]!.replace(/[0-9a-f-]{36}|TKT-\d+/g, ':id');
      const often = shapes.get(shape) ?? 0;
      if (!href.startsWith('/') || href.startsWith('//') || href.includes('lang=') || seen.has(href) || often >= 3)
        return false;
      shapes.set(shape, often + 1);
      seen.add(href);
      return true;
    });
}
