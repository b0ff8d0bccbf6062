import type { INestApplicationContext } from '@nestjs/common';
import { DomainError } from '@foyer/access';
import type { Config } from '@foyer/config';
import { Resets } from '@foyer/factors';
import { translate } from '@foyer/i18n';
import { SignInRules } from '@foyer/identity';
import { inTenant } from '@foyer/tenancy';
import { Directory, OwnerArrival, Packs, slug as slugSchema, TenantList, Tenants } from '@foyer/tenants';
import { Obstacle } from '../../progress.mjs';
import { operator, withApplication } from './context.js';
import { applyPack } from './demos.js';
import { print, table } from './output.js';

const PAGE = 500;

export async function list(config: Config, search?: string): Promise<void> {
  await withApplication(config, async (app) => {
    const rows: string[][] = [];
    for (let after: string | null = null; ;) {
      const page = await app.get(TenantList).page(operator, { search: search ?? null, after, limit: PAGE });
      rows.push(...page.rows.map((row) => [row.slug, row.status, row.plan, `version ${row.schemaVersion}`, row.name]));
      if (!page.more) break;
      after = page.rows.at(-1)!.id;
    }
    print(rows.length > 0 ? table(rows) : '  No tenant found.');
  });
}

export interface Wanted {
  slug: string;
  name: string;
  owner: string;
  plan?: string;
  blueprint?: string;
}

/** The owner gets a welcome mail, and sets a password through it or the address printed here. */
export async function create(
  config: Config,
  { slug, name, owner, plan = 'starter', blueprint }: Wanted,
): Promise<void> {
  if (!slugSchema.safeParse(slug).success)
    throw new Obstacle(`“${slug}” cannot be part of an address: use 3 to 40 letters, digits and hyphens.`);
  await withApplication(config, async (app) => {
    const people = {
      team: [{ name: owner.split('@')[0], email: owner, role: 'owner', verified: false }],
      companies: [],
      customers: [],
    };
    const own = { settings: { general: { name, supportEmail: owner } }, people };
    const tenant = await inWords(() =>
      app.get(Tenants).provision({ slug, name, plan, blueprint: blueprint ?? null, ownerEmail: owner, own }),
    );
    const entry = await inTenant(tenant, () => app.get(OwnerArrival).welcome({ email: owner, locale: 'en' }));
    print(`${name}: ${tenant.origin}\nSign-in link for ${owner}, valid once: ${entry}`);
  });
}

export async function apply(config: Config, id: string): Promise<void> {
  await withApplication(config, async (app) => {
    const pack = app
      .get(Packs)
      .tenants()
      .find((candidate) => candidate.id === id);
    if (!pack) throw new Obstacle(`tenants/${id} does not declare a tenant: add a slug to its tenant.json.`);
    const what = { made: 'created', applied: 'updated', unchanged: 'already up to date' };
    print(`${pack.slug}: ${what[await applyPack(app, pack)]}`);
  });
}

/** For an owner whom nobody in the team can help. They hear of it and may stop it, as by anybody else. */
export async function resetFactors(config: Config, slug: string, email: string, reason: string): Promise<void> {
  await withApplication(config, async (app) => {
    const found = await app.get(Directory).bySlug(slug);
    if (!found) throw new Obstacle(`There is no tenant “${slug}”.`);
    await inWords(() => inTenant(found, () => app.get(Resets).beginFor(email, reason)));
    print(`${email} has been sent a link, which opens after the waiting time.`);
  });
}

/** For a team that cannot come in from where it is. */
export async function resetAddresses(config: Config, slug: string): Promise<void> {
  await withApplication(config, async (app) => {
    const found = await app.get(Directory).bySlug(slug);
    if (!found) throw new Obstacle(`There is no tenant “${slug}”.`);
    await inTenant(found, () => app.get(SignInRules).openToAll());
    print(`${slug} can be reached from any address again.`);
  });
}

export async function suspend(config: Config, slug: string, reason: string): Promise<void> {
  await onTenant(config, slug, (app, id) => app.get(Tenants).suspend(operator, id, reason));
  print(`${slug} was suspended.`);
}

export async function resume(config: Config, slug: string): Promise<void> {
  await onTenant(config, slug, (app, id) => app.get(Tenants).resume(operator, id, 'From the command line'));
  print(`${slug} was resumed.`);
}

async function onTenant(
  config: Config,
  slug: string,
  verb: (app: INestApplicationContext, id: string) => Promise<void>,
): Promise<void> {
  await withApplication(config, async (app) => {
    const tenant = await app.get(Directory).bySlug(slug);
    if (!tenant) throw new Obstacle(`There is no tenant ${slug}.`);
    await inWords(() => verb(app, tenant.id));
  });
}

async function inWords<T>(verb: () => Promise<T>): Promise<T> {
  try {
    return await verb();
  } catch (error) {
    throw error instanceof DomainError ? new Obstacle(translate('en', error.code, error.values)) : error;
  }
}
