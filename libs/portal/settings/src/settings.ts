import { Injectable } from '@nestjs/common';
import { type Actor, InvalidField, Refused } from '@foyer/access';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { currentTenant } from '@foyer/tenancy';
import { Setting } from './setting.entity.js';
import { type Patch, type SectionName, sections, type Sections } from './sections.js';
import { SettingsChanged } from './settings.events.js';
import { SettingsMemory, type Snapshot } from './settings-memory.js';

/** How a tenant's portal is set up: the only reader and writer of its sections. */
@Injectable()
export class Settings {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly memory: SettingsMemory,
  ) {}

  /** A section of the ambient tenant, from memory. */
  async get<Name extends SectionName>(section: Name): Promise<Sections[Name]> {
    return (await this.memory.snapshot())[section];
  }

  /** The operator's name as people read it. */
  async name(): Promise<string> {
    return (await this.get('general')).name ?? currentTenant().name;
  }

  /** What a published template last failed with, until the team publishes again. */
  async templateFailure(): Promise<Snapshot['templateFailure']> {
    return (await this.memory.snapshot()).templateFailure;
  }

  /**
   * Changes what the patch names and leaves the rest of the section.
   * @throws Refused unless the actor manages settings · InvalidField when the section would not be valid
   */
  async change<Name extends SectionName>(actor: Actor, section: Name, patch: Patch<Name>): Promise<void> {
    mayManage(actor);
    await this.apply(section, patch, actor.id);
  }

  /** The same without an actor, for packs and provisioning. */
  async apply<Name extends SectionName>(
    section: Name,
    patch: Patch<Name>,
    actorId: string | null = null,
  ): Promise<void> {
    await this.database.write(async (em) => {
      await this.one(em);
      const before = await stored(em, section);
      const after = checked(section, { ...(before as object), ...patch });
      const keys = Object.keys(patch).filter(
        (key) => !same((before as Record<string, unknown>)[key], (after as Record<string, unknown>)[key]),
      );
      if (keys.length === 0) return;
      await em.upsert(Setting, { key: section, value: after, updatedAt: new Date() });
      await this.outbox.publish(new SettingsChanged(section, keys, actorId));
      await this.memory.changed();
    });
  }

  /** A section as the enclosing write sees it, uncommitted changes and all. */
  async stored<Name extends SectionName>(section: Name): Promise<Sections[Name]> {
    return this.database.read((em) => stored(em, section));
  }

  /** One change after the other, so that two people who change different things do not undo each other. */
  private async one(em: SqlEntityManager): Promise<void> {
    const key = `${currentTenant().schema} settings`;
    await em.execute('select pg_catalog.pg_advisory_xact_lock(pg_catalog.hashtext(?))', [key]);
  }
}

export function mayManage({ ability }: Actor): void {
  if (!ability.can('manage', 'Settings')) throw new Refused();
}

async function stored<Name extends SectionName>(em: SqlEntityManager, section: Name): Promise<Sections[Name]> {
  const row = await em.findOne(Setting, { key: section }, { refresh: true });
  return sections[section].parse(row?.value ?? {}) as Sections[Name];
}

function checked<Name extends SectionName>(section: Name, value: object): Sections[Name] {
  const result = sections[section].safeParse(value);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw new InvalidField(String(path[0] ?? ''), /^settings\./.test(message) ? message : 'web.form.wrong');
  }
  if (section === 'general') {
    const { defaultLocale, locales } = result.data as Sections['general'];
    if (!locales.includes(defaultLocale))
      throw new InvalidField('defaultLocale', 'settings.general.default-locale.not-offered');
  }
  return result.data as Sections[Name];
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
