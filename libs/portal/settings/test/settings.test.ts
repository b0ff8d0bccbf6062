import { InvalidField, Refused, holds } from '@foyer/access';
import { World } from '@foyer/app-cli/testing';
import { createApplication } from '@foyer/app-web';
import { Database, observeSql, PlatformDatabase, readingPage } from '@foyer/database';
import { NotInPlan } from '@foyer/entitlements';
import { inTenant, type Tenant } from '@foyer/tenancy';
import { Themes } from '@foyer/theming';
import { Slots } from '@foyer/slots';
import { Features, navEntries, PublishedTemplates, Settings } from '../src/index.js';
import { Navigation } from '../src/navigation.js';
import { admin, agent } from './portal.js';

let world: World;
let acme: Tenant;
let globex: Tenant;
let settings: Settings;

beforeAll(async () => {
  world = await World.start();
  acme = (await world.tenant('acme')).tenant;
  globex = (await world.tenant('globex')).tenant;
  settings = world.get(Settings);
});

const inAcme = <T>(fn: () => T) => inTenant(acme, fn);
const events = () =>
  world
    .get(PlatformDatabase)
    .read((em) =>
      em.execute<{ name: string; payload: { section: string; keys: string[] } }[]>(
        'select name, payload from platform.outbox order by id',
      ),
    );
const statements = async (fn: () => Promise<unknown>) => {
  const seen: string[] = [];
  const stop = observeSql((text: string) => void seen.push(text));
  try {
    await fn();
  } finally {
    stop();
  }
  return seen.filter((text) => /setting|template_override/.test(text));
};

test('what somebody changes in the browser is noted with who they are and in which request', async () => {
  const home = await world.tenant('noted');
  const owner = await home.owner.browser();
  await owner.get('/console/settings/portal');
  const { headers } = await owner.post('/console/settings/portal', { status: 'active', message: 'Soon' });
  const [row] = await world
    .get(PlatformDatabase)
    .read((em) =>
      em.execute<{ cause: object }[]>(`select cause from platform.outbox where cause ->> 'request' = ?`, [
        headers['x-request-id'],
      ]),
    );
  const { id } = await home.owner.actor();
  expect(row?.cause).toMatchObject({ actor: { kind: 'person', id }, after: null });
});

describe('a section', () => {
  test('reads as its defaults until something is set', async () => {
    expect(await inAcme(() => settings.get('general'))).toMatchObject({
      supportEmail: null,
      contact: null,
      defaultLocale: 'en',
      timeZone: 'UTC',
    });
    expect(await inAcme(() => settings.get('portal'))).toEqual({ status: 'active', message: '' });
    expect(await inAcme(() => settings.name())).toBe('Acme');
  });

  test('changes what is named and leaves the rest', async () => {
    await inAcme(() => settings.change(admin, 'general', { name: 'Acme & Sons', locales: ['en', 'de'] }));
    await inAcme(() => settings.change(admin, 'general', { timeZone: 'Europe/Berlin' }));
    expect(await inAcme(() => settings.get('general'))).toMatchObject({
      name: 'Acme & Sons',
      locales: ['en', 'de'],
      timeZone: 'Europe/Berlin',
    });
  });

  test('tells what changed, and nothing when nothing did', async () => {
    const before = (await events()).length;
    await inAcme(() => settings.change(admin, 'portal', { status: 'maintenance', message: '' }));
    await inAcme(() => settings.change(admin, 'portal', { status: 'maintenance' }));
    const published = (await events()).slice(before);
    expect(published).toEqual([
      { name: 'settings.changed', payload: { section: 'portal', keys: ['status'], actorId: admin.id, items: [] } },
    ]);
    await inAcme(() => settings.change(admin, 'portal', { status: 'active' }));
  });

  test('of one tenant is nothing to another', async () => {
    await inAcme(() => settings.change(admin, 'general', { supportEmail: 'help@acme.test' }));
    expect((await inTenant(globex, () => settings.get('general'))).supportEmail).toBeNull();
  });

  test('is changed by those who manage settings only', async () => {
    await expect(inAcme(() => settings.change(agent, 'portal', { status: 'disabled' }))).rejects.toThrow(Refused);
    expect((await inAcme(() => settings.get('portal'))).status).toBe('active');
  });

  test.each([
    ['general', { defaultLocale: 'fr', locales: ['en'] }, 'defaultLocale'],
    ['general', { locales: [] }, 'locales'],
    ['general', { locales: ['xx'] }, 'locales'],
    ['general', { timeZone: 'Mars/Base' }, 'timeZone'],
    ['general', { name: '' }, 'name'],
    ['general', { supportEmail: 'nobody' }, 'supportEmail'],
    ['portal', { status: 'open' }, 'status'],
    ['portal', { message: 'x'.repeat(501) }, 'message'],
    ['branding', { theme: '../etc' }, 'theme'],
    ['branding', { pack: '..' }, 'pack'],
  ] as const)('%s refuses what %# says at its field', async (section, patch, field) => {
    const error = await inAcme(() => settings.change(admin, section, patch as never)).catch(
      (caught: unknown) => caught,
    );
    expect(error).toBeInstanceOf(InvalidField);
    expect((error as InvalidField).field).toBe(field);
  });

  test('is not lost when two change different things at once', async () => {
    const change = (patch: object) => inAcme(() => settings.change(admin, 'general', patch));
    await Promise.all([
      change({ contact: 'Street 1' }),
      change({ supportEmail: 'a@acme.test' }),
      change({ timeZone: 'Asia/Tokyo' }),
    ]);
    expect(await inAcme(() => settings.get('general'))).toMatchObject({
      contact: 'Street 1',
      supportEmail: 'a@acme.test',
      timeZone: 'Asia/Tokyo',
    });
  });

  test('stays as it was when the transaction around it fails', async () => {
    const broken = inAcme(() =>
      world.get(Database).write(async () => {
        await settings.change(admin, 'portal', { message: 'half done' });
        throw new Error('later');
      }),
    );
    await expect(broken).rejects.toThrow('later');
    expect((await inAcme(() => settings.get('portal'))).message).toBe('');
  });

  test('is not seen by others before the transaction has ended', async () => {
    await inAcme(() =>
      world.get(Database).write(async () => {
        await settings.change(admin, 'portal', { message: 'soon' });
        expect((await settings.get('portal')).message).toBe('');
        expect((await settings.stored('portal')).message).toBe('soon');
      }),
    );
    expect((await inAcme(() => settings.get('portal'))).message).toBe('soon');
    await inAcme(() => settings.change(admin, 'portal', { message: '' }));
  });

  test('stored by another version of the program is read as far as it is known', async () => {
    await inTenant(globex, () =>
      world
        .get(Database)
        .write((em) =>
          em.execute(
            `insert into "${globex.schema}".setting (key, value) values ('portal', '{"status":"maintenance","shade":"blue"}'), ('weather', '{}')`,
          ),
        ),
    );
    expect(await inTenant(globex, () => settings.get('portal'))).toMatchObject({ status: 'active' });
    await inTenant(globex, () => settings.change(admin, 'general', { contact: 'x' }));
    expect(await inTenant(globex, () => settings.get('portal'))).toEqual({ status: 'maintenance', message: '' });
  });
});

describe('memory', () => {
  test('a warm tenant costs no statement, a cold one costs one however many ask', async () => {
    await inAcme(() => settings.change(admin, 'portal', { message: 'cold' }));
    await new Promise((resolve) => setTimeout(resolve, 300)); // the change's own signal makes it cold once more
    expect(
      await statements(() => Promise.all(Array.from({ length: 20 }, () => inAcme(() => settings.get('portal'))))),
    ).toHaveLength(1);
    expect(
      await statements(() => inAcme(() => Promise.all([settings.get('general'), settings.get('branding')]))),
    ).toEqual([]);
  });

  test('another process hears of a change', async () => {
    const other = await createApplication(world.config);
    await other.init();
    const there = other.get(Settings);
    const read = () => inAcme(() => there.get('portal'));
    expect((await read()).message).toBe('cold');
    await inAcme(() => settings.change(admin, 'portal', { message: 'warm' }));
    await waitFor(async () => (await read()).message === 'warm');
    await other.close();
  });

  test('a reading page can read it cold', async () => {
    await inAcme(() => settings.change(admin, 'portal', { message: 'page' }));
    expect((await inAcme(() => readingPage(() => settings.get('portal')))).message).toBe('page');
  });
});

describe('features', () => {
  test('a section is as declared until the team chooses; what nobody declared is always on', async () => {
    const features = world.get(Features);
    const feature = { label: 'l', description: 'd', icon: 'ticket', order: 1 };
    features.declare({ ...feature, name: 'weather', byDefault: true });
    features.declare({ ...feature, name: 'oracle', byDefault: false, order: 0 });
    const on = () => inAcme(() => Promise.all(['weather', 'oracle', 'unheard'].map((name) => features.enabled(name))));
    expect(await on()).toEqual([true, false, true]);
    await inAcme(() => settings.change(admin, 'features', { weather: false, oracle: true }));
    expect(await on()).toEqual([false, true, true]);
    const names = features.all().map(({ name }) => name);
    expect(names.indexOf('oracle')).toBeLessThan(names.indexOf('weather'));
    expect(() => features.declare({ ...feature, name: 'oracle', byDefault: true })).toThrow(
      'Two features are called oracle',
    );
  });

  test('navigation leaves out what is switched off or not for the reader', () => {
    const slots = new Slots();
    const navigation = new Navigation(slots);
    const entry = { on: 'portal' as const, icon: 'x', label: 'l' };
    slots.fill(navEntries, 2, { ...entry, href: '/b', feature: 'tickets' });
    slots.fill(navEntries, 1, { ...entry, href: '/a' });
    slots.fill(navEntries, 3, { ...entry, href: '/c', shownTo: ({ ability }) => holds(ability, 'manage', 'Settings') });
    slots.fill(navEntries, 0, { ...entry, href: '/t', on: 'console' });
    const hrefs = (actor: typeof admin, on: boolean) =>
      navigation.for('portal', actor, () => on).map(({ href }) => href);
    expect(hrefs(admin, true)).toEqual(['/a', '/b', '/c']);
    expect(hrefs(agent, false)).toEqual(['/a']);
  });
});

describe('templates of the team', () => {
  const published = () => world.get(PublishedTemplates);
  const themes = () => world.get(Themes);
  const page = { page: { locale: 'en', csrf: 'x' }, site: {} };

  test('44: what may not be there is refused at save, with line and reason', async () => {
    const error = await inAcme(() => published().publish(admin, 'c/badge', 'x\n{{exec "ls"}}')).catch(
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({
      field: 'source',
      code: 'settings.templates.refused',
      values: { line: 2, reason: 'Unknown helper "exec"' },
    });
    await expect(inAcme(() => published().publish(admin, 'c/badge', ['x']))).rejects.toMatchObject({ field: 'source' });
    await expect(inAcme(() => published().publish(admin, '../../etc/passwd', 'x'))).rejects.toMatchObject({
      field: 'path',
    });
    await expect(inAcme(() => published().publish(agent, 'c/badge', 'x'))).rejects.toThrow(Refused);
  });

  test('a published one shows for its tenant alone, until it is withdrawn', async () => {
    const show = (tenant: Tenant) => inTenant(tenant, () => themes().render('c/badge', { ...page, label: 'L' }));
    const before = await show(acme);
    await inAcme(() => published().publish(admin, 'c/badge', 'Our {{label}}'));
    expect(await show(acme)).toBe('Our L');
    expect(await show(globex)).toBe(before);
    await inAcme(() => published().withdraw(admin, 'c/badge'));
    expect(await show(acme)).toBe(before);
    expect((await events()).filter(({ name }) => name === 'settings.template-changed')).toHaveLength(2);
  });

  test('a plan without them publishes none; what is published stays, and can be withdrawn', async () => {
    await inAcme(() => published().publish(admin, 'c/badge', 'Our {{label}}'));
    const without: Tenant = { ...acme, entitled: { limits: {}, features: ['api', 'sso'], metered: [] } };
    const other = inTenant(without, () => published().publish(admin, 'c/badge', 'Other'));
    await expect(other).rejects.toThrow(NotInPlan);
    expect(await inTenant(without, () => themes().render('c/badge', { ...page, label: 'L' }))).toBe('Our L');
    await inTenant(without, () => published().withdraw(admin, 'c/badge'));
  });

  test('46: one that overruns shows the theme’s own and is told to the team, until they publish again', async () => {
    const failure = async () => await inAcme(() => world.get(Settings).templateFailure());
    await inAcme(() => published().publish(admin, 'c/badge', '{{> c/badge}}'));
    const html = await inAcme(() => readingPage(() => themes().render('c/badge', { ...page, label: 'L' })));
    expect(html).toContain('badge');
    expect(await failure()).toMatchObject({ template: 'c/badge', reason: expect.stringContaining('too deeply') });
    await inAcme(() => published().publish(admin, 'c/badge', 'Mended'));
    expect(await failure()).toBeNull();
    await inAcme(() => published().withdraw(admin, 'c/badge'));
  });
});

async function waitFor(condition: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    if (await condition()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error('It did not come to pass');
}
