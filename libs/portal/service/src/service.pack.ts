import { randomUUIDv7 } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { type Collection, type CollectionItem, Collections } from '@foyer/settings';
import { PackSections } from '@foyer/tenants';
import { automation, automations } from './automations/automations.js';
import { calendar, calendars } from './hours/calendars.js';
import { macro, macros } from './macros/macros.js';
import { slaPolicies, slaPolicy } from './sla/policies.js';

/** `09:00-17:00` */
const span = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/)
  .transform(
    (text) => text.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [number, number],
  );
const declaredHours = calendar.omit({ id: true, week: true }).extend({ week: z.array(z.array(span)).length(7) });
/** Hours by their name. */
const declaredPolicy = slaPolicy.omit({ id: true, hoursId: true }).extend({ hours: z.string().nullable() });
const unnumbered = { id: '00000000-0000-4000-8000-000000000000' };
const declaredAutomation = z.looseObject({}).transform((given) => automation.parse({ ...given, ...unnumbered }));

const declared = z.strictObject({
  /** Names of what packs before this one brought and this one does without. */
  drops: z.array(z.string()).default([]),
  hours: z.array(declaredHours).default([]),
  policies: z.array(declaredPolicy).default([]),
  automations: z.array(declaredAutomation).default([]),
  macros: z.array(macro.omit({ id: true, ownerId: true, groupId: true })).default([]),
});
type Declared = z.output<typeof declared>;

/** `service.json` of a tenant pack: what a portal begins with, and what demo businesses have set up. */
@Injectable()
export class ServicePack implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly sections: PackSections,
  ) {}

  onModuleInit(): void {
    this.sections.register<Declared>({
      name: 'service',
      order: 40,
      schema: declared,
      apply: (content) => this.apply(content),
    });
  }

  private async apply({ drops, hours, policies, automations: rules, macros: words }: Declared): Promise<void> {
    const known = await this.put(calendars, hours, drops);
    const hoursId = (name: string | null) => known.find((one) => one.name === name)?.id ?? null;
    await this.put(
      slaPolicies,
      policies.map(({ hours: name, ...policy }) => ({ ...policy, hoursId: hoursId(name) })),
    );
    await this.put(automations, rules, drops);
    await this.put(
      macros,
      words.map((each) => ({ ...each, ownerId: null, groupId: null })),
      drops,
    );
  }

  /** What is there by that name takes the declared content and keeps its id and place; the rest comes after it. */
  private async put<Item extends CollectionItem & { name: string }>(
    collection: Collection<Item>,
    given: readonly Omit<Item, 'id'>[],
    drops: readonly string[] = [],
  ): Promise<Item[]> {
    const items = (await this.collections.stored(collection)).filter(({ name }) => !drops.includes(name));
    for (const each of given as Item[]) {
      const index = items.findIndex(({ name }) => name === each.name);
      if (index < 0) items.push({ ...each, id: randomUUIDv7() });
      else items[index] = { ...each, id: items[index]!.id };
    }
    if (given.length > 0) await this.collections.apply(collection, items);
    return items;
  }
}
