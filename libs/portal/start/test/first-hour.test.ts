import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, type Visitor, World } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';
import { LOCALES, translate } from '@foyer/i18n';
import { firstSteps } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Packs, Tenants } from '@foyer/tenants';
import { FirstHour } from '../src/index.js';

const START = '/console/start';
let world: World;

beforeAll(async () => {
  world = await World.start();
});

/** A business of a trade, made as sign-up makes one. */
async function business(slug: string, blueprint: string | null = null): Promise<[TestTenant, Visitor]> {
  if (!blueprint) {
    const tenant = await world.tenant(slug);
    return [tenant, await tenant.owner.browser()];
  }
  const other = await world.tenant(`${slug}-model`);
  const [owner] = await other.query<{ hash: string }>(() => sql`select password_hash as hash from ${table('person')}`);
  const email = `owner@${slug}.example`;
  const team = [{ name: 'Owner', email, role: 'owner', passwordHash: owner!.hash, verified: true }];
  await world.get(Tenants).provision({
    ...{ slug, name: slug, plan: 'team', blueprint, ownerEmail: email },
    own: { people: { team, companies: [], customers: [] } },
  });
  const tenant = await world.signedUp(slug);
  return [tenant, await tenant.owner.browser()];
}

const idsOf = async (tenant: TestTenant) => {
  const actor = await tenant.owner.actor();
  const steps = await tenant.inside(() => world.get(FirstHour).steps(actor));
  return {
    all: steps.map(({ step }) => step.id),
    done: steps.filter(({ isDone }) => isDone).map(({ step }) => step.id),
    skipped: steps.filter(({ isSkipped }) => isSkipped).map(({ step }) => step.id),
  };
};

describe('steps are ticked off by facts', () => {
  let acme: TestTenant;
  let owner: Visitor;
  const setting = (key: string, value: object) => () =>
    acme.change(
      () => sql`insert into ${table('setting')} (key, value, updated_at, changed_by)
                values (${key}, ${JSON.stringify(value)}::jsonb, now(), (select id from ${table('person')} limit 1))
                on conflict (key) do update set changed_by = excluded.changed_by returning key`,
    );

  beforeAll(async () => {
    [acme, owner] = await business('acme');
  });

  test('nothing is done in the beginning, whatever packs and customers did', async () => {
    await (await acme.customer('Ana')).opens('The chain jumps');
    expect(await idsOf(acme)).toEqual({
      all: ['branding', 'support', 'team', 'types', 'mail', 'portal', 'ticket'],
      done: [],
      skipped: [],
    });
  });

  test.each<[string, () => Promise<unknown>]>([
    ['portal', () => owner.post(`${START}/portal`)],
    ['branding', setting('branding', {})],
    ['types', setting('request-types', { items: [] })],
    ['mail', setting('mailboxes', { items: [] })],
    [
      'support',
      async () => {
        const { text } = await owner.get('/console/settings/general');
        const version = /name="version" value="([^"]*)"/.exec(text)?.[1] ?? '';
        const general = { name: 'Acme', supportEmail: 'help@acme.example', defaultLocale: 'en', locales: ['en'] };
        return owner.post('/console/settings/general', { ...general, timeZone: 'UTC', version });
      },
    ],
    ['team', () => acme.agent('Gil')],
    [
      'ticket',
      async () => {
        await owner.get('/console/tickets/TKT-001');
        return owner.post('/console/tickets/TKT-001/replies', { body: 'We are on it.', status: 'pending' });
      },
    ],
  ])('%s', async (id, make) => {
    await owner.get(START);
    expect((await idsOf(acme)).done).not.toContain(id);
    await make();
    expect((await idsOf(acme)).done).toContain(id);
  });

  test('when all is done, the page says so, and closes for good', async () => {
    const { text } = await owner.get(START);
    expect(text).toContain('All steps are done');
    expect(text).toContain('7 of 7 done');
    expect((await owner.get('/console')).headers['location']).toBe(START);
    expect((await owner.post(`${START}/finished`)).status).toBe(303);
    expect((await owner.get('/console')).headers['location']).toBe('/console/tickets');
    for (const path of ['/console/tickets', '/console/settings'])
      expect((await owner.get(path)).text).not.toContain(`href="${START}"`);
  });
});

describe('the list', () => {
  let acme: TestTenant;
  let owner: Visitor;

  beforeAll(async () => {
    [acme, owner] = await business('beta');
  });

  test('is where the console begins, and is put away and found again', async () => {
    expect((await owner.get('/console')).headers['location']).toBe(START);
    expect((await owner.get(START)).text).toContain('0 of 7 done');
    expect((await owner.post(`${START}/hidden`, { hidden: '1' })).headers['location']).toBe('/console');
    expect((await owner.get('/console')).headers['location']).toBe('/console/tickets');
    expect((await owner.get('/console/tickets')).text).not.toContain(`href="${START}"`);
    expect((await owner.get('/console/settings')).text).toContain(`href="${START}"`);
    await owner.get(START);
    await owner.post(`${START}/hidden`);
    expect((await owner.get('/console/tickets')).text).toContain(`href="${START}"`);
  });

  test('lets each step be skipped and taken up again, and none that is not there', async () => {
    await owner.get(START);
    await owner.post(`${START}/skipped`, { step: 'mail', skipped: '1' });
    await owner.post(`${START}/skipped`, { step: 'team', skipped: '1' });
    expect((await idsOf(acme)).skipped).toEqual(['team', 'mail']);
    await owner.post(`${START}/skipped`, { step: 'team' });
    expect((await idsOf(acme)).skipped).toEqual(['mail']);
    expect((await owner.post(`${START}/skipped`, { step: 'nothing', skipped: '1' })).status).toBe(404);
  });

  test('is not closed while something is left, and is when the rest is skipped', async () => {
    expect((await owner.post(`${START}/finished`)).status).toBe(409);
    for (const step of (await idsOf(acme)).all) await owner.post(`${START}/skipped`, { step, skipped: '1' });
    expect((await owner.get(START)).text).toContain('apart from what you skipped');
    expect((await owner.post(`${START}/finished`)).status).toBe(303);
  });

  test('is for those who set up the portal: an agent sees and changes none of it', async () => {
    const [gamma] = await business('gamma');
    const agent = await (await gamma.agent('Gil')).browser();
    expect((await agent.get('/console')).headers['location']).toBe('/console/tickets');
    expect((await agent.get('/console/tickets')).text).not.toContain(START);
    expect((await agent.get(START)).status).toBe(403);
    for (const path of ['portal', 'skipped', 'hidden', 'finished'])
      expect((await agent.post(`${START}/${path}`, { step: 'mail', skipped: '1', hidden: '1' })).status).toBe(403);
    const admin = await (await gamma.agent('Ada', 'admin')).browser();
    expect((await admin.get('/console')).headers['location']).toBe(START);
  });

  test('leaves out what belongs to a section that is off', async () => {
    const [delta, its] = await business('delta');
    await its.get('/console/settings/features');
    await its.post('/console/settings/features', { features: ['knowledge'] });
    expect((await idsOf(delta)).all).toEqual(['branding', 'support', 'team', 'portal']);
  });
});

describe('each blueprint', () => {
  const declared = () => world.get(Slots).of(firstSteps);
  const blueprints = () =>
    world
      .get(Packs)
      .blueprints()
      .map(({ id }) => ({ id, start: world.get(Packs).read(id).sections['start'] as Start }));
  interface Start {
    steps: string[];
    words: Record<string, Record<'title' | 'text', Record<string, string>>>;
  }

  test('has an order and words of its own, of steps that there are, in five languages', () => {
    const known = new Set(declared().map(({ id }) => id));
    const all = blueprints();
    expect(all).toHaveLength(6);
    expect(new Set(all.map(({ start }) => start.steps.join())).size).toBe(6);
    for (const { id, start } of all) {
      expect([id, start.steps.filter((step) => !known.has(step))]).toEqual([id, []]);
      expect([id, Object.keys(start.words).filter((step) => !start.steps.includes(step))]).toEqual([id, []]);
      for (const words of Object.values(start.words))
        for (const said of [words.title, words.text]) expect(Object.keys(said).sort()).toEqual([...LOCALES].sort());
    }
  });

  test('decides which steps there are besides, and in which order', async () => {
    const [clinic, owner] = await business('clinic', 'healthcare');
    const { all, done } = await idsOf(clinic);
    expect(all).toEqual(['second-factor', 'branding', 'types', 'hours', 'support', 'team', 'mail', 'portal', 'ticket']);
    expect(done).toEqual([]);
    const { text } = await owner.get(START);
    expect(text).toContain('Adapt appointments and questions');
    expect(text.indexOf('Protect sign-in')).toBeLessThan(text.indexOf('Set up your branding'));
    const [provider] = await business('provider', 'managed-it');
    expect((await idsOf(provider)).all[0]).toBe('company');
    await (await provider.customer('Ana')).of('Globex');
    expect((await idsOf(provider)).done).toContain('company');
  });

  test('every step has a title, a sentence and a button in every language', () => {
    const missing = declared().flatMap(({ words }) =>
      ['title', 'text', 'action'].flatMap((part) =>
        LOCALES.filter((locale) => translate(locale, `${words}.${part}`) === `${words}.${part}`).map(
          (locale) => `${locale} ${words}.${part}`,
        ),
      ),
    );
    expect(missing).toEqual([]);
  });

  test('the demo businesses are past it', () => {
    for (const { id } of world.get(Packs).tenants())
      expect([id, world.get(Packs).read(id).sections['start']]).toEqual([id, { isFinished: true }]);
  });
});
