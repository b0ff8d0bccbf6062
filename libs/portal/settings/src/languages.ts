import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, holds, Refused } from '@foyer/access';
import { type Freezable, type Freezing, Frozen, LimitReached, Usage } from '@foyer/entitlements';
import { languageName } from '@foyer/i18n';
import { type General, languageLimit, offeredLocales } from './offered-locales.js';
import { sectionOf } from './section.js';
import { sections } from './sections.js';
import { Settings } from './settings.js';

/** Which languages a portal goes on offering when its plan holds fewer than it has. */
@Injectable()
export class Languages implements OnModuleInit, Freezing {
  readonly limit = 'languages';

  constructor(
    private readonly settings: Settings,
    private readonly usage: Usage,
    private readonly frozen: Frozen,
  ) {}

  onModuleInit(): void {
    this.usage.register('languages', async () => (await this.settings.get('general')).locales.length);
    this.frozen.register(this);
  }

  async items(): Promise<Freezable[]> {
    const general = await this.settings.get('general');
    const offered = new Set(offeredLocales(general));
    const item = (id: string): Freezable => ({
      ...{ id, label: languageName(id), hint: null, isFrozen: !offered.has(id), always: id === general.defaultLocale },
    });
    return inOrder(general, []).map(item);
  }

  /** The main language is always among them. @throws Refused, LimitReached */
  async keep(actor: Actor, ids: readonly string[]): Promise<void> {
    if (!holds(actor.ability, 'manage', 'Settings')) throw new Refused();
    const general = sectionOf('general', sections.general);
    await this.settings.update(
      general,
      (before) => {
        const chosen = new Set([before.defaultLocale, ...ids.filter((id) => before.locales.includes(id))]);
        if (chosen.size > languageLimit()) throw new LimitReached('languages', languageLimit());
        return { ...before, locales: inOrder(before, [...chosen]) };
      },
      actor.id,
    );
  }
}

/** The main language, then those chosen, then the rest as they were. */
const inOrder = ({ locales, defaultLocale }: General, chosen: readonly string[]): string[] => [
  ...new Set([defaultLocale, ...chosen, ...locales]),
];
