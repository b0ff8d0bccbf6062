import { randomUUID } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { type TestTenant, World } from '@foyer/app-cli/testing';
import { type Feature, FEATURES, type Limit, LimitReached, LIMITS, NotInPlan } from '@foyer/entitlements';
import { Files } from '@foyer/files';
import { Invitations, Newcomers, type PortalActor } from '@foyer/identity';
import { Keys } from '@foyer/keys';
import { directories } from '@foyer/provisioning';
import { Collections, PublishedTemplates, Settings } from '@foyer/settings';
import { samlConnections } from '@foyer/signon';
import { Tickets } from '@foyer/tickets';

type Name = Limit | Feature;
const LIBS = new URL('../../../libs/', import.meta.url);
/** Of the plan, but of no module yet. */
const TO_COME: Name[] = ['domains', 'brands'];

const read = <T>(path: string) => JSON.parse(readFileSync(new URL(path, LIBS), 'utf8')) as T;
type Floors = Record<'base' | 'above' | 'top', string[]> & { features: string[][] };
const { base, features, above, top } = read<Floors>('portal/floors.json');
const portal = [...base, ...features.flat(), ...above, ...top].map((name) => `portal/${name}`);
const others = ['core', 'platform'].flatMap((plane) =>
  readdirSync(new URL(plane, LIBS)).map((name) => `${plane}/${name}`),
);
const entitledBy = (module: string) =>
  read<{ entitledBy?: Name[] | 'every plan' }>(`${module}/package.json`).entitledBy;
const declared = [...portal, ...others].flatMap((module) => {
  const by = entitledBy(module);
  return Array.isArray(by) ? by.map((name) => `${module} by ${name}`) : [];
});

/** One thing that each declared name lets a portal do: refused on a tenant whose plan does not hold it. */
const TRIES: Record<string, (world: World, actor: PortalActor) => Promise<unknown>> = {
  'core/files by storage': (world) => {
    const path = join(tmpdir(), `${randomUUID()}.txt`);
    writeFileSync(path, 'some words');
    return world.get(Files).store({ path, name: 'log.txt' }, {});
  },
  'portal/settings by languages': (world, actor) =>
    world.get(Settings).change(actor, 'general', { locales: ['en', 'de'] }),
  'portal/settings by themes': (world, actor) => world.get(PublishedTemplates).publish(actor, 'c/badge', 'Ours'),
  'portal/identity by agents': (world, actor) => {
    const noor = { name: 'Noor', email: 'noor@acme.example' };
    return world.get(Invitations).invite(actor, noor, { teamRole: 'agent' }, 'en');
  },
  'portal/identity by customers': (world, actor) =>
    world.get(Newcomers).add(actor, { name: 'Ana', email: 'ana@people.example' }, null, false),
  'portal/keys by api': (world, actor) => {
    const draft = { name: 'ERP', scopes: ['tickets:read'], companyId: null, addresses: [], days: 30 };
    return world.get(Keys).create(actor, draft);
  },
  'portal/signon by sso': (world, actor) =>
    world.get(Collections).add(actor, samlConnections, { name: 'Ours', audience: 'customers' } as never),
  'portal/provisioning by sso': (world, actor) =>
    world.get(Collections).add(actor, directories, { name: 'Ours', audience: 'customers' } as never),
  'portal/tickets by tickets': (world, actor) => {
    const draft = { subject: 'Lamp', description: 'Is out', priority: 'normal' as const, categoryId: null };
    return world.get(Tickets).open(actor, { ...draft, companyId: null, fileIds: [] });
  },
};

describe('what a module is entitled by', () => {
  let world: World;
  let acme: TestTenant;
  let actor: PortalActor;

  beforeAll(async () => {
    world = await World.start();
    acme = await world.tenant('acme');
    actor = await acme.owner.actor();
  });

  test('every module of the portal says it', () => {
    const names = new Set<string>([...LIMITS, ...FEATURES]);
    const saysIt = (by: ReturnType<typeof entitledBy>) =>
      by === 'every plan' || (Array.isArray(by) && by.length > 0 && by.every((name) => names.has(name)));
    expect(portal.filter((module) => !saysIt(entitledBy(module)))).toEqual([]);
    expect(others.filter((module) => entitledBy(module) !== undefined && !saysIt(entitledBy(module)))).toEqual([]);
  });

  test('whatever a plan counts or holds is of some module', () => {
    const of = (name: Name) => declared.some((one) => one.endsWith(` by ${name}`));
    expect([...LIMITS, ...FEATURES].filter((name) => of(name) === TO_COME.includes(name))).toEqual([]);
  });

  test('each is tried here', () => {
    expect(Object.keys(TRIES).sort()).toEqual([...declared].sort());
  });

  test.each(declared)('%s: refused where the plan does not hold it, done where it does', async (which) => {
    const name = which.split(' by ')[1] as Name;
    const limits = { agents: 1, customers: 0, storage: 0, tickets: 0, languages: 1 };
    await acme.isEntitledTo({ limits, features: [] });
    const said = await acme.inside(() => TRIES[which]!(world, actor)).catch((error: unknown) => error);
    expect(said instanceof LimitReached ? said.counted : said instanceof NotInPlan ? said.feature : said).toBe(name);
    await acme.isEntitledTo({});
    await acme.inside(() => TRIES[which]!(world, actor));
  });
});
