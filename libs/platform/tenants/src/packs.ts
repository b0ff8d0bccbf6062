import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Database } from '@foyer/database';
import { slug } from './slug.js';
import { PackSections } from './pack-sections.js';

const ROOT = new URL('../../../../tenants/', import.meta.url);

/** `tenant.json` of a pack. Blueprints have no slug: they describe a trade, not a business. */
const declaration = z.strictObject({
  name: z.string().min(1),
  slug: slug.optional(),
  plan: z.string().optional(),
  blueprint: z.string().optional(),
  owner: z.strictObject({ name: z.string(), email: z.email() }).optional(),
});
export type PackDeclaration = z.output<typeof declaration>;

/** The contents of a pack by section, ready to apply. */
export interface Pack {
  id: string;
  folder: URL | null;
  sections: Record<string, unknown>;
}

/** Reads the folders of `tenants/` and applies them. Every tenant starts from `default`, then its blueprint, then its own. */
@Injectable()
export class Packs {
  constructor(
    private readonly sections: PackSections,
    private readonly database: Database,
  ) {}

  /** All packs that declare a tenant of their own: the demo businesses. */
  tenants(): (PackDeclaration & { id: string; slug: string })[] {
    return this.all().flatMap((pack) => (pack.slug ? [{ ...pack, slug: pack.slug }] : []));
  }

  blueprints(): (PackDeclaration & { id: string })[] {
    return this.all().filter((pack) => !pack.slug && pack.id !== 'default');
  }

  read(id: string): Pack {
    const folder = new URL(`${id}/`, ROOT);
    if (!/^[a-z0-9-]+$/.test(id) || !existsSync(folder)) throw new Error(`There is no pack tenants/${id}`);
    const sections: Record<string, unknown> = {};
    for (const section of this.sections.inOrder()) {
      const file = new URL(`${section.name}.json`, folder);
      if (!existsSync(file)) continue;
      const parsed = section.schema.safeParse(JSON.parse(readFileSync(file, 'utf8')));
      if (!parsed.success) throw new Error(`tenants/${id}/${section.name}.json: ${z.prettifyError(parsed.error)}`);
      sections[section.name] = parsed.data;
    }
    return { id, folder, sections };
  }

  /** Fingerprint of everything a pack says, to know whether it has to be applied again. */
  checksum(id: string): string {
    const folder = new URL(`${id}/`, ROOT);
    const hash = createHash('sha256');
    for (const file of readdirSync(folder)
      .filter((name) => name.endsWith('.json'))
      .sort())
      hash.update(file).update(readFileSync(new URL(file, folder)));
    return hash.digest('hex');
  }

  /** Applies packs one over the other in the ambient tenant, all or nothing. */
  async apply(packs: Pack[]): Promise<void> {
    await this.database.write(async () => {
      for (const section of this.sections.inOrder()) {
        for (const pack of packs) {
          if (section.name in pack.sections) await section.apply(pack.sections[section.name], pack);
        }
      }
    });
  }

  private all(): (PackDeclaration & { id: string })[] {
    const folders = readdirSync(ROOT, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    return folders
      .map(({ name: id }) => ({ id, file: new URL(`${id}/tenant.json`, ROOT) }))
      .filter(({ file }) => existsSync(file))
      .map(({ id, file }) => ({ id, ...declaration.parse(JSON.parse(readFileSync(file, 'utf8'))) }));
  }
}
