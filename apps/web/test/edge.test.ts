import { renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createHash } from 'node:crypto';
import { gzipSync } from 'node:zlib';
import { beforeAll, describe, expect, test } from '@jest/globals';
import request from 'supertest';
import { type Visitor, World } from '@foyer/app-cli/testing';
import { Limits } from '@foyer/credentials';
import { Database, rows, runAsOwner, sql, table } from '@foyer/database';
import { Mailer } from '@foyer/mail';
import { Settings } from '@foyer/settings';
import { Tickets } from '@foyer/tickets';
import { readable, routesOf } from './routes.js';

const world = await World.startWithWorker();
const acme = await world.tenant('acme');
const ana = await (await acme.customer('Ana')).of('Globex', 'company_admin');
await ana.opens('Printer is on fire');

test('13: links in mails use the stored address, whatever the Host header says', async () => {
  const visitor = acme.visitor();
  await visitor.get('/forgot');
  await visitor.post(
    '/forgot',
    { email: ana.email },
    { 'X-Forwarded-Host': 'evil.example', Forwarded: 'host=evil.example' },
  );
  const link = await world.mails.linkTo(ana.email, '/reset');
  expect(new URL(link).origin).toBe(acme.tenant.origin);
  const { html, text } = await world.mails.mailTo(ana.email, ({ text: body }) => body!.includes('/reset'));
  expect(`${String(html)}${text}`).not.toContain('evil.example');
});

describe('33: posts come from our own pages, and a GET changes nothing', () => {
  test.each([
    ['another site (Fetch Metadata)', { 'Sec-Fetch-Site': 'cross-site' }],
    ['a sibling host (Fetch Metadata)', { 'Sec-Fetch-Site': 'same-site' }],
    ['another origin', { Origin: 'https://evil.example' }],
    ['another tenant', { Origin: 'http://bolt.localhost:3000' }],
    ['nowhere', { Origin: 'null' }],
  ])('from %s → 403', async (_, headers) => {
    const browser = await ana.browser();
    await browser.get('/account');
    expect(
      (await browser.post('/account/profile', { name: 'Changed', locale: 'en', time_zone: 'UTC' }, headers)).status,
    ).toBe(403);
  });

  test.each(['', 'x', 'token-of-another-session'])('with the token “%s” → 403', async (token) => {
    const other = await acme.owner.browser();
    await other.get('/console/account');
    const browser = await ana.browser();
    const response = await browser.post('/account/profile', {
      _csrf: token.startsWith('token') ? await other.csrf() : token,
      name: 'Changed',
      locale: 'en',
      time_zone: 'UTC',
    });
    expect(response.status).toBe(403);
    const people = await acme.query<{ name: string }>(
      () => sql`select name from ${table('person')} where email = ${ana.email}`,
    );
    expect(people).toEqual([{ name: 'Ana' }]);
  });

  test('every GET runs in read-only transactions', async () => {
    await expect(
      acme.inside(() => world.get(Database).read((em) => rows(em, sql`delete from ${table('person')}`))),
    ).rejects.toThrow(/read-only transaction/);
  });
});

test('34: security headers on every page, also on errors', async () => {
  for (const [host, path] of [
    ['acme.localhost:3000', '/sign-in'],
    ['acme.localhost:3000', '/nothing'],
    ['localhost:3000', '/'],
    ['admin.localhost:3000', '/sign-in'],
    ['nobody.localhost:3000', '/'],
    ['files.localhost:3000', '/x'],
  ]) {
    const { headers } = await world.visitor(host!).get(path!);
    const csp = headers['content-security-policy']!;
    expect(csp).toContain("default-src 'none'");
    expect(csp).toContain("frame-ancestors 'none'");
    expect(csp).toContain("base-uri 'none'");
    expect(csp).not.toMatch(/unsafe-(inline|eval)/);
    expect(headers['x-content-type-options']).toBe('nosniff');
    expect(headers['referrer-policy']).toBeDefined();
    expect(headers['x-powered-by']).toBeUndefined();
    expect(JSON.stringify(headers).toLowerCase()).not.toMatch(/foyer|express|nest/);
  }
});

describe('35: scripts in what people write stay text', () => {
  const corpus = [
    '<script>alert(1)</script>',
    '"><img src=x onerror=alert(1)>',
    "'-alert(1)-'",
    '<svg/onload=alert(1)>',
    'javascript:alert(1)',
    '{{constructor.constructor("alert(1)")()}}',
    '<a href="javascript:alert(1)">x</a>',
    '</textarea><script>alert(1)</script>',
    '<iframe srcdoc="<script>alert(1)</script>">',
    '\u202E<script>alert(1)</script>',
    '<scr\u0000ipt>alert(1)</scr\u0000ipt>',
    '<math><mtext></form><form><mglyph><style></math><img src onerror=alert(1)>',
  ];

  test('in subjects, texts, names and file names, for customer, team and mail', async () => {
    const browser = await ana.browser();
    const agent = await (await acme.agent('Mara')).browser();
    for (const [index, hostile] of corpus.entries()) {
      const opened = await browser.upload(
        '/tickets',
        { subject: `${index} ${hostile}`.slice(0, 200), description: hostile, priority: 'normal', seen: 'all' },
        [{ field: 'attachments', name: `${hostile.replaceAll('\u0000', '').replaceAll('/', '_')}.txt`, content: 'x' }],
      );
      expect(opened.status).toBe(303);
      const path = opened.headers['location']!;
      for (const { text } of [
        await browser.get(path),
        await browser.get('/tickets'),
        await agent.get(`/console${path}`),
        await agent.get('/console/tickets'),
      ]) {
        expect(text).not.toMatch(
          /<script>alert|<img src|onerror=alert\(1\)>|<svg\/onload|<iframe|href="javascript:|<math>/i,
        );
      }
    }
    const mail = await world.mails.mailTo(ana.email, ({ subject }) => /\b0 <script>/.test(subject ?? ''));
    expect(String(mail.html)).not.toContain('<script>alert');
  });
});

test('38: nothing but the form’s own fields changes', async () => {
  const browser = await ana.browser();
  await browser.get('/account');
  const privileged = {
    role: 'owner',
    team_role: 'owner',
    teamRole: 'owner',
    tenant: 'x',
    email_verified_at: 'now',
    status: 'deactivated',
    plan: 'business',
    id: 'x',
  };
  expect(
    (await browser.post('/account/profile', { name: 'Ana Sousa', locale: 'en', time_zone: 'UTC', ...privileged }))
      .status,
  ).toBe(303);
  const people = await acme.query<object>(
    () => sql`select name, team_role, status from ${table('person')} where email = ${ana.email}`,
  );
  expect(people).toEqual([{ name: 'Ana Sousa', team_role: null, status: 'active' }]);
  for (const key of ['__proto__', 'constructor', 'prototype', '__proto__[x]', 'constructor[prototype][x]']) {
    expect((await browser.post('/account/profile', { name: 'X', [key]: 'x' })).status).toBe(400);
  }
});

test.each([
  '1;drop table',
  "' or 1=1 --",
  'updated_at desc',
  '../../etc',
  '9'.repeat(400),
  '%00',
  '<script>',
  '[object Object]',
])('39: the filter or cursor “%s” is told to be none, and sorts or selects nothing', async (hostile) => {
  const value = encodeURIComponent(hostile);
  const customer = await ana.browser();
  const owner = await acme.owner.browser();
  for (const path of [`/tickets?status=${value}&scope=${value}&cursor=${value}&q=${value}`])
    expect((await customer.get(path)).status).toBe(400);
  for (const path of [
    `/console/tickets?view=${value}&status=${value}&assignee=${value}&company=${value}&cursor=${value}&q=${value}`,
    `/console/people?state=${value}&cursor=${value}&q=${value}`,
    `/console/companies?cursor=${value}&q=${value}`,
  ]) {
    expect((await owner.get(path)).status).toBe(400);
  }
});

describe('57: forms are counted before they are read', () => {
  test.each([
    ['a million pairs', 'a&'.repeat(1_000_000)],
    ['more than a stranger has to say', `email=${'x'.repeat(70_000)}`],
    ['more fields than any form has', 'a=1&'.repeat(60)],
  ])('of a stranger: %s → a page that says so', async (_, body) => {
    const { server, host } = { server: world.app.getHttpServer(), host: acme.host };
    const visitor = acme.visitor();
    await visitor.get('/sign-in');
    const cookie = `visitor=${visitor.cookie('visitor')}`;
    const spent = process.threadCpuUsage();
    const answer = await request(server)
      .post('/sign-in')
      .set({ Host: host, Cookie: cookie, 'Content-Type': 'application/x-www-form-urlencoded' })
      .send(body);
    const { user } = process.threadCpuUsage(spent);
    expect(answer.status).toBe(413);
    expect(answer.text).toContain('larger than we accept');
    expect(user).toBeLessThan(1_000_000);
  });

  test('a stranger has no file to give', async () => {
    const visitor = acme.visitor();
    const files = [{ field: 'x', name: 'x.txt', content: 'x' }];
    expect((await visitor.upload('/sign-in', { email: 'x@y.example', password: 'x' }, files)).status).toBe(413);
  });
});

describe('66: what nobody means is told, and never taken for nothing', () => {
  const NOBODY_MEANS: [string, string][] = [
    ['NUL', 'a%00b'],
    ['half a character', '%E0%A4'],
    ['infinity', 'Infinity'],
    ['a number beyond all', '1e400'],
    ['a long number', '9'.repeat(40)],
    ['a negative number', '-1'],
    ['an impossible day', '2026-02-30'],
    ['an impossible cursor', '<2026-13-45 99:99:99+00~------------------------------------'],
    ['a cursor before all time', '<0000-01-01 00:00:00+00~01a228e9-6edb-7f91-96cf-346713ee8331'],
    ['a quote', "'"],
    ['a very long text', 'x'.repeat(3_000)],
  ];

  let visitors: Record<string, Visitor>;
  beforeAll(async () => {
    visitors = {
      ...{ portal: await ana.browser(), console: await acme.owner.browser() },
      ...{ admin: await world.staff(), site: world.visitor('localhost:3000') },
    };
  });

  test.each(NOBODY_MEANS)('%s in every place of every address', async (_what, value) => {
    const wrong: string[] = [];
    const actions = routesOf(world.app).flatMap(({ method, path }) => (method === 'post' ? [{ path, query: [] }] : []));
    for (const { path, query } of [...readable(world.app), ...actions]) {
      const [, face = '', rest = ''] = /^\/_(portal|admin|site)(.*)$/.exec(path) ?? [];
      const visitor = face === 'portal' && rest.startsWith('/console') ? visitors.console! : visitors[face];
      if (!visitor || rest.includes('*') || rest.endsWith('/live')) continue;
      const filled = rest.replace(/:[a-z]+/gi, '01a228e9-6edb-7f91-96cf-346713ee8331');
      const places = (rest.match(/:[a-z]+/gi) ?? []).map((name) =>
        rest.replace(name, encodeURIComponent(value).replace(/%25(?=[0-9A-F]{2})/g, '%')).replace(/:[a-z]+/gi, '1'),
      );
      const asked = query.map((name) => `${filled}?${name}=${value.replaceAll('+', '%2B').replaceAll(' ', '+')}`);
      for (const address of [...places, ...asked]) {
        const { status } = await visitor.get(address || '/');
        if (status >= 500) wrong.push(`${address.slice(0, 120)} → ${status}`);
      }
      if (actions.some((action) => action.path === path))
        for (const address of places) {
          const { status } = await visitor.post(address, {});
          if (status < 400 || status >= 500) wrong.push(`POST ${address.slice(0, 120)} → ${status}`);
        }
    }
    expect(wrong).toEqual([]);
  });

  test('every filter of every list says so when it is wrong, comes twice, or is too long', async () => {
    const silent: string[] = [];
    for (const { path, filters } of readable(world.app)) {
      const rest = path.replace(/^\/_(?:portal|admin|site)/, '');
      if (rest.includes(':')) continue;
      const visitor = path.startsWith('/_admin')
        ? visitors.admin!
        : rest.startsWith('/console')
          ? visitors.console!
          : visitors.portal!;
      for (const name of filters)
        // A search that is too long is cut, and finds what its beginning finds (find.test.ts).
        for (const query of [...(name === 'q' ? [] : [`${name}=${'x'.repeat(500)}`]), `${name}=a&${name}=b`]) {
          const { status, text } = await visitor.get(`${rest}?${query}`);
          const told = status === 404 || (status === 400 && text.includes('asks for something that is not there'));
          if (!told) silent.push(`${rest}?${query.slice(0, 30)} → ${status}`);
        }
    }
    expect(silent).toEqual([]);
  });
});

describe('40: a guard stands at every handler, however the path is spelt', () => {
  test.each([
    '//console/tickets',
    '/%63onsole/tickets',
    '/console;x/tickets',
    '/console/tickets/',
    '/CONSOLE/tickets',
    '/console//tickets',
    '/./console/tickets',
    '/_portal/console/tickets',
    '/_admin/tenants',
    '/console/tickets?x=1&x=2',
  ])('%s gives a customer nothing', async (path) => {
    const browser = await ana.browser();
    for (const response of [await browser.get(path), await browser.head(path)]) {
      expect([404, 403, 400, 303]).toContain(response.status);
      if (response.status === 303) expect(response.headers['location']).toMatch(/sign-in/);
    }
  });

  test.each(['//evil.example', '/\\evil.example', '///evil.example/x?y=1'])(
    'a page that was asked for as %s links to no other host',
    async (path) => {
      await acme.inside(() => world.get(Settings).apply('general', { locales: ['en', 'de'] }));
      const { text } = await (await ana.browser()).get(path);
      expect(text).toContain('lang=de');
      expect(text).not.toMatch(/(?:href|action)="(?:\/|\\){2}/);
    },
  );

  test('the address of an action, opened as a page, leads to the page that the action belongs to', async () => {
    const id = '01a1faf4-c11e-7ac4-a583-3c04e8e00464';
    const routes = routesOf(world.app);
    const pages = routes.filter(({ method }) => method === 'get').map(({ path }) => path);
    const isPage = (address: string) =>
      pages.some((path) => new RegExp(`^${path.replace(/:[^/]+/g, '[^/]+')}/?$`).test(address));
    const visitors = {
      portal: await acme.owner.browser(),
      admin: await world.staff(),
      site: world.visitor('localhost:3000'),
    };
    const wrong: string[] = [];
    const actions = routes.filter(
      ({ method, path }) => method === 'post' && !pages.includes(path) && !path.startsWith('/_portal/inbound/'),
    );
    expect(actions.length).toBeGreaterThan(60);
    for (const { path } of actions) {
      const [, face, pattern] = /^\/_(portal|admin|site)(.*)$/.exec(path)! as unknown as [
        string,
        keyof typeof visitors,
        string,
      ];
      const at = pattern.replace(':number', 'TKT-001').replace(/:\w+/g, id);
      const { status, headers } = await visitors[face].get(`${at}?from=here`);
      const to = headers['location'] ?? '';
      if (status !== 303 || !isPage(`/_${face}${to}`) || !at.startsWith(to === '/' ? '' : `${to}/`))
        wrong.push(`${path} → ${status} ${to}`);
    }
    expect(wrong).toEqual([]);
  });

  test('a language chosen on a page that answered a post leads to the form’s own page, in that language', async () => {
    const site = world.visitor('localhost:3000');
    const { status, headers } = await site.get('/sign-up?lang=fr');
    expect([status, headers['location']]).toEqual([303, '/?lang=fr']);
    expect((await site.get('/?lang=fr')).text).toContain('<html lang="fr"');
  });

  test('every route says for whom it is: a guest gets the sign-in page or a page for guests', async () => {
    const open = new Set<string>();
    const id = '01a1faf4-c11e-7ac4-a583-3c04e8e00464';
    for (const { method, path } of routesOf(world.app).filter(
      (route) => route.path.startsWith('/_portal') || route.path.startsWith('/_admin'),
    )) {
      const face = path.startsWith('/_admin') ? 'admin' : 'portal';
      const visitor = face === 'admin' ? world.visitor('admin.localhost:3000') : acme.visitor();
      const at =
        path
          .replace(/^\/_(?:portal|admin)/, '')
          .replace(':number', 'TKT-001')
          .replace(/:\w+/g, id) || '/';
      const response = method === 'get' ? await visitor.get(at) : await visitor.post(at, {});
      const sentToSignIn = response.status === 303 && /sign-in/.test(response.headers['location'] ?? '');
      // Directories are asked for a token, and made to wait when they come without one again and again.
      const askedForToken = at.startsWith('/scim/') && [401, 429].includes(response.status);
      if (!sentToSignIn && !askedForToken && response.status !== 404)
        open.add(`${face} ${path.replace(/^\/_(?:portal|admin)/, '') || '/'}`);
    }
    expect([...open].sort()).toEqual(
      [
        ...[
          '/',
          '/sign-in',
          '/sign-in/company',
          '/sign-out',
          '/sign-in/link/entry',
          '/sign-in/not-me',
          '/sign-in/recovery',
          '/register',
          '/verify',
          '/forgot',
          '/reset',
          '/invitation',
          '/console/sign-in',
          '/console/welcome',
          '/favicon.ico',
        ].map((path) => `portal ${path}`),
        'admin /sign-in',
      ]
        .filter((line) => open.has(line) || !line.includes('favicon'))
        .sort(),
    );
  });
});

test('41: of fifty at once with the last of a limited number of places, exactly that many get one', async () => {
  const limit = { name: 'places', points: 7, seconds: 600 };
  const results = await Promise.all(
    Array.from({ length: 50 }, () =>
      acme
        .inside(() => world.get(Limits).count(limit, 'door'))
        .then(
          () => 1,
          () => 0,
        ),
    ),
  );
  expect(results.filter(Boolean)).toHaveLength(7);
  const numbers = await Promise.all(
    Array.from({ length: 50 }, async () => {
      const actor = await ana.actor();
      return acme
        .inside(() =>
          world.get(Tickets).open(actor, {
            subject: 'Many at once',
            description: 'x',
            priority: 'low',
            categoryId: null,
            companyId: actor.companies[0]!.id,
            fileIds: [],
          }),
        )
        .then(
          ({ number }) => number,
          () => null,
        );
    }),
  );
  const given = numbers.filter((number) => number !== null);
  expect(new Set(given).size).toBe(given.length);
});

describe('42: errors tell nothing', () => {
  test('an unknown error shows a reference, and no stack, SQL or path', async () => {
    const broken = await world.tenant('broken');
    const customer = await (await broken.customer('Cal')).browser();
    await runAsOwner(
      world.config,
      async (client) => void (await client.query(`drop table ${broken.tenant.schema}.ticket_category cascade`)),
    );
    const { status, text } = await customer.get('/tickets/new');
    expect(status).toBe(500);
    expect(text).toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
    for (const page of [text, (await acme.visitor().get('/%E0%A4%A')).text])
      expect(page).not.toMatch(/at .*\.(?:ts|js):\d+|select |ticket_category|node_modules|\/work|\/home/i);
  });

  test('an attachment’s or ticket’s malformed id is a page that is not here', async () => {
    const browser = await ana.browser();
    for (const path of [
      '/tickets/TKT-0',
      '/tickets/abc',
      '/tickets/TKT-99999999999999999999',
      '/tickets/TKT-001/attachments/x',
    ]) {
      const { status, text } = await browser.get(path);
      expect([400, 404]).toContain(status);
      expect(text).toContain('Acme');
    }
  });
});

describe('50: headers and recipients', () => {
  test('line breaks in names and subjects become spaces; one mailbox per recipient', async () => {
    const lou = await acme.customer('Lou');
    const browser = await lou.browser();
    await browser.upload(
      '/tickets',
      { subject: 'Hello\r\nBcc: victim@evil.example\r\n\r\nInjected', description: 'x', priority: 'normal' },
      [],
    );
    const mail = await world.mails.mailTo(lou.email, ({ subject }) => subject!.includes('Injected'));
    expect(mail.headers.has('bcc')).toBe(false);
    expect(mail.to && [mail.to].flat().flatMap(({ value }) => value)).toHaveLength(1);
    expect(mail.headers.get('auto-submitted')).toBe('auto-generated');
    expect([...mail.headers.keys()].join(' ')).not.toMatch(/mailer/i);
  });

  test('an address that is two is refused', async () => {
    const draft = { template: 'identity/email/reset', data: {}, key: 'x', locale: 'en' };
    await expect(
      acme.inside(() =>
        world
          .get(Database)
          .write(() => world.get(Mailer).queue({ ...draft, to: { name: 'A', address: 'a@x.example, b@x.example' } })),
      ),
    ).rejects.toThrow();
  });

  test('nobody can have a stranger’s mailbox filled', async () => {
    for (let i = 0; i < 9; i += 1)
      await acme.visitor().post('/register', { name: 'Bomb', email: 'stranger@customers.example' });
    const [{ count }] = (await acme.query<{ count: number }>(
      () => sql`select count(*)::int as count from ${table('mail')} where to_address = 'stranger@customers.example'`,
    )) as [{ count: number }];
    expect(count).toBeLessThanOrEqual(5);
  });
});

test('a storage that fails: a clear message at the files, no row, and what was typed comes back', async () => {
  const mia = await acme.customer('Mia');
  const browser = await mia.browser();
  const folder = join(world.config.dataDir, 'files');
  renameSync(folder, `${folder}.away`);
  writeFileSync(folder, 'a file where the folder should be');
  const file = { field: 'attachments', name: 'unlucky.txt', content: 'x' };
  const failed = await browser.upload(
    '/tickets',
    { subject: 'Kept subject', description: 'Kept description', priority: 'high' },
    [file],
  );
  rmSync(folder);
  renameSync(`${folder}.away`, folder);
  expect(failed.status).toBe(422);
  expect(failed.text).toContain('attachments-error');
  for (const typed of ['Kept subject', 'Kept description']) expect(failed.text).toContain(typed);
  expect(await acme.query(() => sql`select 1 from ${table('file')} where name = 'unlucky.txt'`)).toEqual([]);
  expect(
    (
      await browser.upload('/tickets', { subject: 'Kept subject', description: 'Kept description', priority: 'high' }, [
        file,
      ])
    ).status,
  ).toBe(303);
});

describe('what goes over the wire', () => {
  const packed = async (browser: Visitor, path: string) =>
    (await browser.get(path, { 'Accept-Encoding': 'gzip' })).get('Content-Encoding');

  test('is compressed, but not where a stranger’s words can stand beside secrets (BREACH)', async () => {
    const browser = await ana.browser();
    const sheet = /<link rel="stylesheet" href="(\/assets[^"]+)"/.exec((await browser.get('/tickets')).text)![1]!;
    expect(await packed(browser, sheet)).toBe('gzip');
    expect(await packed(browser, '/tickets')).toBe('gzip');
    expect(await packed(browser, '/tickets?q=guess')).toBeUndefined();
    expect(await packed(acme.visitor(), '/sign-in?return_to=%2Fguess')).toBe('gzip');
    const wrong = await browser.post('/tickets', { subject: '', description: 'guess '.repeat(500) });
    expect([wrong.status, wrong.get('Content-Encoding')]).toEqual([422, undefined]);
  });

  test('the token of forms looks different in every answer, and each is good', async () => {
    const browser = await ana.browser();
    const tokens = new Set<string>();
    for (let n = 0; n < 3; n += 1) {
      await browser.get('/account');
      tokens.add(await browser.csrf());
    }
    expect(tokens.size).toBe(3);
    for (const _csrf of tokens)
      expect(
        (await browser.post('/account/profile', { _csrf, name: 'Ana', locale: 'en', time_zone: 'UTC' })).status,
      ).toBe(303);
  });

  test('a page with all it needs is at most 100 KB', async () => {
    const [customer, agent] = [await ana.browser(), await acme.owner.browser()];
    const pages: [Visitor, string][] = [
      [acme.visitor(), '/'],
      [acme.visitor(), '/sign-in'],
      [customer, '/tickets'],
      [customer, '/tickets/new'],
      [customer, '/tickets/TKT-001'],
      [agent, '/console/tickets'],
    ];
    for (const [browser, path] of pages) {
      const { text } = await browser.get(path);
      const needs = [...text.matchAll(/(?:<link rel="stylesheet" href|<script[^>]* src)="([^"]+)"/g)].map(
        ([, url]) => url!,
      );
      let bytes = gzipSync(text).length;
      for (const url of needs) {
        const { body, text: words } = await browser.get(url);
        bytes += gzipSync(words ?? (body as Buffer)).length;
      }
      expect({ path, kilobytes: Math.round(bytes / 1024), fits: bytes <= 100 * 1024 }).toMatchObject({ fits: true });
    }
  });
});

test('a host that nobody has, and a portal that is suspended, speak the browser’s language in a plain look', async () => {
  const bolt = await world.tenant('bolt', 'Bolt & Nut');
  const staff = await world.staff('owner', 'closing@staff.example');
  await staff.get(`/tenants/${bolt.tenant.id}`);
  await staff.post(`/tenants/${bolt.tenant.id}/suspension`, { reason: 'Not paid', confirmed: '1' });
  for (const [host, language, status, said] of [
    ['nobody.localhost:3000', 'de-AT,de;q=0.9', 404, 'Kein Portal unter dieser Adresse'],
    ['nobody.localhost:3000', 'ar', 404, 'dir="rtl"'],
    [bolt.host, 'fr', 503, 'Bolt &amp; Nut'],
    [bolt.host, 'xx', 503, 'This portal is not available'],
  ] as const) {
    const answer = await world.visitor(host).get('/', { 'Accept-Language': language });
    expect([answer.status, answer.text]).toEqual([status, expect.stringContaining(said)]);
    const style = /<style>([^]*)<\/style>/.exec(answer.text)![1]!;
    const allowed = `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
    expect(answer.get('Content-Security-Policy')).toContain(`style-src ${allowed}`);
    expect(answer.text).not.toMatch(/foyer/i);
  }
  const typed = { subject: 'Lamp', body: 'It <b>flickers</b>,\nagain.', password: 'secret-of-ana' };
  const refused = await world.visitor(bolt.host).post('/tickets', typed);
  expect(refused.status).toBe(503);
  for (const words of ['Lamp', 'It &lt;b&gt;flickers&lt;/b&gt;,\nagain.'])
    expect(refused.text).toContain(`dir="auto">${words}</p>`);
  expect(refused.text).not.toContain('secret-of-ana');
});
