import { createHash } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { apart, Database, DatabaseUnreachable, rows, sql, table } from '@foyer/database';
import { Signals } from '@foyer/events';
import { currentTenant } from '@foyer/tenancy';
import type { TemplateFailure } from '@foyer/theming';
import type { z } from 'zod';
import type { Read } from './other-versions.js';
import { declaredSections, type Section, sectionOf } from './section.js';
import { sections, type Sections } from './sections.js';

/** The signal that says: this tenant's settings are not what they were. */
export const SETTINGS_CHANGED = 'settings';

/** Everything that is set for a tenant, as one value. */
export interface Snapshot extends Sections {
  /** Changes when the look does: the brand, or a template of the team's own. */
  version: string;
  overrides: Record<string, string>;
  /** What another module declared. Read once by its schema. */
  declared: <T>(section: Section<T>) => T;
  /** What cannot be read and is set aside, by section: how many fields or items. */
  setAside: () => ReadonlyMap<string, number>;
  /** What a published template last failed with, until the team publishes again. */
  templateFailure: (TemplateFailure & { at: string }) | null;
}

const MAX_TENANTS = 10_000;
/** Signals may get lost with a connection; nothing stays wrong for longer than this. */
const FRESH_MS = 5 * 60_000;
export const TEMPLATE_FAILURE = 'template-failure';

// Every page waits for the settings before anything else, so that its words can be chosen without waiting again.
const latest = new LRUCache<string, Snapshot>({ max: MAX_TENANTS });

/** A section of the ambient tenant as this process last read it: for words, which are chosen in the middle of a sentence. */
export function settingNow<T>(section: Section<T>): T {
  return latest.get(currentTenant().id)?.declared(section) ?? section.read({}).value;
}

/** The main language, and the one that texts without a language are written in: the main one when the team began. */
export function languagesNow(): { main: string; written: string } {
  const { defaultLocale, writtenIn } = latest.get(currentTenant().id)?.general ?? sections.general.parse({});
  return { main: defaultLocale, written: writtenIn ?? defaultLocale };
}

/** Tenants' settings as every page needs them: read once by one statement, kept until some process changes them. */
@Injectable()
export class SettingsMemory implements OnModuleInit {
  // A promise, so that many requests for a cold tenant read once, and a change while reading is not kept.
  private readonly known = new LRUCache<string, Promise<Snapshot>>({ max: MAX_TENANTS, ttl: FRESH_MS });

  constructor(
    private readonly database: Database,
    private readonly signals: Signals,
  ) {}

  onModuleInit(): void {
    this.signals.on(SETTINGS_CHANGED, (id) => (id === null ? this.known.clear() : this.forget(id)));
  }

  /** Of the ambient tenant, as committed: what an open transaction is about to change is not in it. */
  async snapshot(): Promise<Snapshot> {
    const { id } = currentTenant();
    try {
      return await this.fresh(id);
    } catch (error) {
      // While the database is away the portal keeps its face.
      const last = error instanceof DatabaseUnreachable ? latest.get(id) : undefined;
      if (last) return last;
      throw error;
    }
  }

  private fresh(id: string): Promise<Snapshot> {
    let found = this.known.get(id);
    if (!found) {
      found = this.read();
      this.known.set(id, found);
      found.then(
        (snapshot) => latest.set(id, snapshot),
        () => this.forget(id),
      );
    }
    return found;
  }

  /** Call inside the write that changes something: all processes forget when it commits. */
  async changed(): Promise<void> {
    const { id } = currentTenant();
    await this.database.write((em) => this.signals.send(em, SETTINGS_CHANGED, id));
    // The signal also comes here, but the page after the redirect may be asked for before it does.
    this.database.afterCommit(() => this.forget(id));
  }

  private forget(id: string): void {
    this.known.delete(id);
  }

  private async read(): Promise<Snapshot> {
    const stored = await apart(() =>
      this.database.read((em) =>
        rows<{ kind: string; key: string; value: unknown }>(
          em,
          sql`select 'setting' as kind, key, value from ${table('setting')}
              union all select 'template', path, to_jsonb(source) from ${table('template_override')}
              order by 1, 2`,
        ),
      ),
    );
    const settings = new Map(stored.flatMap(({ kind, key, value }) => (kind === 'setting' ? [[key, value]] : [])));
    const templates = stored.flatMap(({ kind, key, value }) => (kind === 'template' ? [[key, value as string]] : []));
    const own = Object.entries(sections).map(([name, schema]) => sectionOf(name, schema as z.ZodType<object>));
    const read = remembering(settings);
    return {
      ...(Object.fromEntries(own.map((section) => [section.name, read(section).value])) as unknown as Sections),
      declared: (section) => read(section).value,
      setAside: () => {
        const aside = [...own, ...declaredSections()].map(
          (section) => [section.name, read(section as Section<unknown>).aside.length] as const,
        );
        return new Map(aside.filter(([, count]) => count > 0));
      },
      overrides: Object.fromEntries(templates) as Record<string, string>,
      templateFailure: (settings.get(TEMPLATE_FAILURE) as Snapshot['templateFailure'] | undefined) ?? null,
      version: fingerprint([settings.get('branding'), templates]),
    };
  }
}

function remembering(stored: Map<string, unknown>): <T>(section: Section<T>) => Read<T> {
  const known = new Map<string, Read<unknown>>();
  return <T>({ name, read }: Section<T>): Read<T> => {
    let found = known.get(name);
    if (!found) known.set(name, (found = read(stored.get(name))));
    return found as Read<T>;
  };
}

function fingerprint(value: unknown): string {
  return createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 12);
}
