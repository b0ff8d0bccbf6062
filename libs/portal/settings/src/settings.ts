import { Injectable } from '@nestjs/common';
import { type Actor, InvalidField, Refused, holds } from '@foyer/access';
import { demandSetup } from '@foyer/entitlements';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { SqlEntityManager } from '@mikro-orm/postgresql';
import { currentTenant } from '@foyer/tenancy';
import type { z } from 'zod';
import { type Section, sectionOf } from './section.js';
import { Setting } from './setting.entity.js';
import { type Patch, type SectionName, sections, type Sections } from './sections.js';
import { changedItems, SettingsChanged } from './settings.events.js';
import { mustHoldLanguages } from './offered-locales.js';
import { SettingsMemory, type Snapshot } from './settings-memory.js';
import { mustBeAsOpened, versionOf } from './version.js';

/** Something set up that speaks of an id. */
export interface Mention {
  id: string;
  section: string;
  by: { id?: string; name?: string; label?: string; ownerId?: string | null };
}
type PatchOf<T extends object> = Partial<T> | ((before: T) => Partial<T>);

/** How a tenant's portal is set up: the only reader and writer of its sections. */
@Injectable()
export class Settings {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly memory: SettingsMemory,
  ) {}

  /** A section of the ambient tenant, from memory. */
  async get<Name extends SectionName>(section: Name): Promise<Sections[Name]>;
  async get<T>(section: Section<T>): Promise<T>;
  async get(section: SectionName | Section<unknown>): Promise<unknown> {
    const snapshot = await this.memory.snapshot();
    return typeof section === 'string' ? snapshot[section] : snapshot.declared(section);
  }

  /** The operator's name as people read it. */
  async name(): Promise<string> {
    return (await this.get('general')).name ?? currentTenant().name;
  }

  /** What a published template last failed with, until the team publishes again. */
  async templateFailure(): Promise<Snapshot['templateFailure']> {
    return (await this.memory.snapshot()).templateFailure;
  }

  /** What cannot be read, by section: how many fields or items. */
  async setAside(): Promise<ReadonlyMap<string, number>> {
    return (await this.memory.snapshot()).setAside();
  }

  /**
   * Changes what the patch names and leaves the rest of the section. A patch that goes by what is there is made of it.
   * @throws Refused unless the actor manages settings · Restricted · LimitReached · InvalidField when the section would not be valid · ChangedMeanwhile when
   *   it is not the `version` any longer that somebody has been changing
   */
  async change<Name extends SectionName>(
    actor: Actor,
    section: Name,
    patch: PatchOf<Sections[Name]>,
    version?: string,
  ): Promise<void>;
  async change<T extends object>(actor: Actor, section: Section<T>, patch: PatchOf<T>, version?: string): Promise<void>;
  async change(
    actor: Actor,
    section: SectionName | Section<object>,
    patch: PatchOf<object>,
    version?: string,
  ): Promise<void> {
    mayManage(actor);
    const made = typeof patch === 'function' ? patch : () => patch;
    const change = (before: object) => {
      const after = { ...before, ...made(before) };
      mustBeAsOpened(version, before, after);
      if (section === 'general') mustHoldLanguages(before as Sections['general'], after as Sections['general']);
      return after;
    };
    await this.update(sectionNamed(section), change, actor.id);
  }

  /** Of a section as it is now, for a page that may be saved later. */
  async version(section: SectionName | Section<object>): Promise<string> {
    return versionOf(await this.get(section as Section<object>));
  }

  /** The same without an actor, for packs and provisioning. */
  async apply<Name extends SectionName>(section: Name, patch: Patch<Name>, actorId?: string | null): Promise<void>;
  async apply<T extends object>(section: Section<T>, patch: Partial<T>, actorId?: string | null): Promise<void>;
  async apply(section: SectionName | Section<object>, patch: object, actorId: string | null = null): Promise<void> {
    await this.update(sectionNamed(section), (before) => ({ ...before, ...patch }), actorId);
  }

  /** Makes a section's next value from the one before; two at once follow one another. */
  async update<T extends object>(section: Section<T>, to: (before: T) => T, actorId: string | null): Promise<void> {
    await this.database.write(async (em) => {
      await this.one();
      const row = await em.findOne(Setting, { key: section.name }, { refresh: true });
      const before = section.read(row?.value).value;
      const after = checked(section, to(before));
      const changed = (key: string) => !same(before[key as keyof T], after[key as keyof T]);
      const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].filter(changed);
      if (keys.length === 0) return;
      const changedBy = actorId === null ? {} : { changedBy: actorId };
      const value = section.written(row?.value, before, after);
      await em.upsert(Setting, { key: section.name, value, updatedAt: new Date(), ...changedBy });
      await this.outbox.publish(
        new SettingsChanged(section.name, keys, actorId, changedItems(itemsOf(before), itemsOf(after))),
      );
      await this.memory.changed();
    });
  }

  /** A section as the enclosing write sees it, uncommitted changes and all. */
  async stored<Name extends SectionName>(section: Name): Promise<Sections[Name]>;
  async stored<T extends object>(section: Section<T>): Promise<T>;
  async stored(section: SectionName | Section<object>): Promise<unknown> {
    return this.database.read((em) => stored(em, sectionNamed(section)));
  }

  /** What is set up and speaks of one of the ids, be it in a condition, an action or a choice; as the enclosing write sees it. */
  async mentions(ids: readonly string[]): Promise<Mention[]> {
    const parts = await this.database.read((em) =>
      rows<{ section: string; part: Record<string, unknown> }>(
        em,
        sql`select key as section, part from ${table('setting')},
                   jsonb_array_elements(case when jsonb_typeof(value -> 'items') = 'array' then value -> 'items' else jsonb_build_array(value) end) part
            union all
            select kind, data || jsonb_build_object('id', id, 'ownerId', owner_id) from ${table('item')}`,
      ),
    );
    return parts.flatMap(({ section, part }) => {
      const text = JSON.stringify({ ...part, id: null });
      return ids.filter((id) => text.includes(id)).map((id): Mention => ({ id, section, by: part }));
    });
  }

  /** One change after the other, so that two people who change different things do not undo each other. */
  private one(): Promise<void> {
    return this.database.inTurn('settings');
  }
}

const itemsOf = (value: object): { id: string }[] =>
  'items' in value && Array.isArray(value.items) ? (value.items as { id: string }[]) : [];

/** Before anything that is set up changes. @throws Refused, Restricted */
export function mayManage({ ability }: Actor): void {
  if (!holds(ability, 'manage', 'Settings')) throw new Refused();
  demandSetup();
}

const sectionNamed = (section: SectionName | Section<object>): Section<object> =>
  typeof section === 'string' ? sectionOf(section, sections[section] as z.ZodType<object>) : section;

async function stored<T>(em: SqlEntityManager, { name, read }: Section<T>): Promise<T> {
  const row = await em.findOne(Setting, { key: name }, { refresh: true });
  return read(row?.value).value;
}

function checked<T>({ name, schema }: Section<T>, value: unknown): T {
  const result = schema.safeParse(value);
  if (!result.success) {
    const { path, message } = result.error.issues[0]!;
    throw new InvalidField(String(path[0] ?? ''), /^[a-z]+\.[a-z.-]+$/.test(message) ? message : 'web.form.wrong');
  }
  if (name === 'general') {
    const { defaultLocale, locales } = result.data as Sections['general'];
    if (!locales.includes(defaultLocale))
      throw new InvalidField('defaultLocale', 'settings.general.default-locale.not-offered');
  }
  return result.data;
}

const same = (a: unknown, b: unknown) => JSON.stringify(a) === JSON.stringify(b);
