import type { INestApplicationContext } from '@nestjs/common';
import { PlatformDatabase } from '@foyer/database';
import { inTenant } from '@foyer/tenancy';
import { Directory, type Pack, type PackDeclaration, Packs, Tenants } from '@foyer/tenants';

export interface Demo {
  name: string;
  slug: string;
  people: { as: string; email: string; password: string }[];
}
type DemoPack = PackDeclaration & { id: string; slug: string };

/** Brings the demo businesses of `tenants/` to their declared state; what has not changed since is left alone. */
export async function applyDemos(app: INestApplicationContext, progress: (text: string) => void): Promise<Demo[]> {
  const packs = app.get(Packs);
  const demos: Demo[] = [];
  for (const demo of packs.tenants()) {
    progress(demo.name);
    await applyPack(app, demo);
    demos.push({ name: demo.name, slug: demo.slug, people: signIns(packs.read(demo.id)) });
  }
  return demos;
}

/** Makes the tenant that a pack declares, or brings the existing one to the pack's state. */
export async function applyPack(
  app: INestApplicationContext,
  demo: DemoPack,
): Promise<'made' | 'applied' | 'unchanged'> {
  const [packs, directory, platform] = [app.get(Packs), app.get(Directory), app.get(PlatformDatabase)];
  const pack = packs.read(demo.id);
  const checksum = packs.checksum(demo.id);
  const known = await platform.read((em) =>
    em.execute<{ pack_checksum: string | null }[]>('select pack_checksum from platform.tenant where slug = ?', [
      demo.slug,
    ]),
  );
  if (known[0]?.pack_checksum === checksum) return 'unchanged';

  const tenant = await directory.bySlug(demo.slug);
  if (tenant) await inTenant(tenant, () => packs.apply([pack]));
  else {
    await app.get(Tenants).provision({
      slug: demo.slug,
      name: demo.name,
      plan: demo.plan ?? 'starter',
      blueprint: demo.blueprint ?? null,
      ownerEmail: demo.owner?.email ?? ownerOf(pack),
      own: pack.sections,
      folder: pack.folder,
    });
  }
  await platform.write((em) =>
    em.execute('update platform.tenant set pack_checksum = ? where slug = ?', [checksum, demo.slug], 'run'),
  );
  return tenant ? 'applied' : 'made';
}

interface DeclaredPerson {
  email: string;
  password?: string;
  role?: string;
}
interface DeclaredPeople {
  team: DeclaredPerson[];
  companies: { name: string; members: DeclaredPerson[] }[];
  customers: DeclaredPerson[];
}

const peopleOf = (pack: Pack) => pack.sections['people'] as DeclaredPeople | undefined;

function ownerOf(pack: Pack): string {
  const owner = peopleOf(pack)?.team.find(({ role }) => role === 'owner');
  if (!owner) throw new Error(`tenants/${pack.id} names no owner`);
  return owner.email;
}

/** One person for each view of the portal: the team's, and a customer's. */
function signIns(pack: Pack): Demo['people'] {
  const people = peopleOf(pack);
  const able = (list: DeclaredPerson[]) => list.find(({ password }) => password);
  const agent = able(people?.team ?? []);
  const customer = able((people?.companies ?? []).flatMap(({ members }) => members)) ?? able(people?.customers ?? []);
  return [
    ...(agent ? [{ as: 'team', email: agent.email, password: agent.password! }] : []),
    ...(customer ? [{ as: 'customer', email: customer.email, password: customer.password! }] : []),
  ];
}
