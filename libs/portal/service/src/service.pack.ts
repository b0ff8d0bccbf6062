import { Injectable, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { FALLBACK_LOCALE } from '@foyer/i18n';
import {
  type Collection,
  type CollectionItem,
  Collections,
  declaredTexts,
  inPack,
  PackTexts,
  Settings,
} from '@foyer/settings';
import { PackSections } from '@foyer/tenants';
import { automations, isTimed, type RuleAction } from './automations/automations.js';
import { calendars } from './hours/calendars.js';
import { type Macro, macros } from './macros/macros.js';
import { slaPolicies } from './sla/policies.js';

/** `09:00-17:00` */
const span = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d$/)
  .transform(
    (text) => text.split('-').map((time) => Number(time.slice(0, 2)) * 60 + Number(time.slice(3))) as [number, number],
  );
const declared = z.strictObject({
  /** Names of what packs before this one brought and this one does without. */
  drops: z.array(z.string()).default([]),
  hours: z.array(inPack(calendars, ['week'], { week: z.array(z.array(span)).length(7) })).default([]),
  policies: z.array(inPack(slaPolicies, ['hoursId'], { hours: z.string().nullable() })).default([]),
  automations: z
    .array(
      inPack(automations, []).refine(
        ({ trigger, hours, actions }) => actions.length > 0 && (!isTimed(trigger) || hours !== null),
      ),
    )
    .default([]),
  macros: z.array(inPack(macros, ['ownerId', 'groupId'])).default([]),
  texts: declaredTexts,
});
type Declared = z.output<typeof declared>;

/** `service.json` of a tenant pack: what a portal begins with, and what demo businesses have set up. */
@Injectable()
export class ServicePack implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly sections: PackSections,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.sections.register<Declared>({
      name: 'service',
      order: 40,
      schema: declared,
      apply: (content) => this.apply(content),
    });
  }

  private async apply(declared: Declared): Promise<void> {
    const { drops, hours, policies, automations: rules, macros: words } = declared;
    const { defaultLocale, writtenIn } = await this.settings.stored('general');
    const written = writtenIn ?? defaultLocale;
    const texts = new PackTexts(declared.texts, written);
    const named = <Item extends { name: string }>(item: Item): Item => ({ ...item, name: texts.own(item.name) });
    const known = await this.put(calendars, hours.map(named), drops);
    const hoursId = (name: string | null) =>
      known.find((one) => name !== null && one.name === texts.own(name))?.id ?? null;
    await this.put(
      slaPolicies,
      policies.map(({ hours: name, ...policy }) => ({ ...named(policy), hoursId: hoursId(name) })),
      drops,
    );
    await this.put(
      automations,
      rules.map((rule) => ({
        ...named(rule),
        actions: rule.actions.map((action) => tagged(spoken(action, texts), texts)),
      })),
      drops,
    );
    await this.put(
      macros,
      words.map((each) => ({
        ...named(inLocale(each, written)),
        shortcut: texts.own(each.shortcut),
        actions: each.actions.map((action) => tagged(action, texts)),
        ...{ ownerId: null, groupId: null },
      })),
      drops,
    );
  }

  private put<Item extends CollectionItem & { name: string }>(
    collection: Collection<Item>,
    given: readonly Omit<Item, 'id'>[],
    drops: readonly string[],
  ): Promise<Item[]> {
    const isSame = (item: Item, each: Omit<Item, 'id'>) => item.name === (each as Item).name;
    return this.collections.bring(collection, given, isSame, ({ name }) => !drops.includes(name));
  }
}

const spoken = (action: RuleAction, texts: PackTexts): RuleAction =>
  'text' in action ? { ...action, text: texts.own(action.text) } : action;

const tagged = <Action extends RuleAction>(action: Action, texts: PackTexts): Action =>
  action.do === 'tag' ? { ...action, add: action.add.map((tag) => texts.own(tag)) } : action;

/** With the words in the portal's language first, and what they were among the translations. */
function inLocale<Words extends Pick<Macro, 'text' | 'translations'>>(words: Words, locale: string): Words {
  const { [locale]: own, ...others } = words.translations;
  return own ? { ...words, text: own, translations: { [FALLBACK_LOCALE]: words.text, ...others } } : words;
}
