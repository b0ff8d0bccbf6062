import { Get, type OnModuleInit } from '@nestjs/common';
import { z } from 'zod';
import { begins, folded } from '@foyer/i18n';
import type { Actor } from '@foyer/access';
import { Slots } from '@foyer/slots';
import { Ask, type Asked, ConsoleController, field, View, type Visit } from '@foyer/web';
import { consoleSearch, type Found } from '../console-search.js';
import { Features } from '../features.js';
import { Navigation, shown } from '../navigation.js';
import { Settings } from '../settings.js';
import { SetupPages } from '../setup-pages.js';

const PATH = '/console/find';
const MOST = 8;
const asked = z.object({ q: field.search });
const seeking = { query: asked };

/** One field that finds anything in the console. `⌘K` asks this page for its results; without a script one goes there. */
@ConsoleController('find')
export class FindController implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly navigation: Navigation,
    private readonly setup: SetupPages,
    private readonly features: Features,
    private readonly settings: Settings,
  ) {}

  onModuleInit(): void {
    this.slots.fill(consoleSearch, 10, {
      label: 'settings.find.pages',
      find: (actor, words, visit) => this.pages(actor, words, visit),
    });
  }

  @Get()
  @View('settings/team/find')
  async page(@Ask(seeking) { visit, actor, query: { q } }: Asked<typeof seeking>) {
    return { q, path: PATH, groups: await this.find(actor, q, visit) };
  }

  /** One finder after the other: they share the page's transaction. Those that find nothing are left out. */
  private async find(actor: Actor, words: string, visit: Visit): Promise<{ label: string; found: Found[] }[]> {
    const groups: { label: string; found: Found[] }[] = [];
    for (const finder of this.slots.of(consoleSearch)) {
      const found = await finder.find(actor, words, visit);
      if (found.length > 0) groups.push({ label: visit.t(finder.label), found: calledFirst(found, words) });
    }
    return groups.toSorted((a, b) => Number(isCalled(b.found[0]!, words)) - Number(isCalled(a.found[0]!, words)));
  }

  /** The pages themselves: those of the navigation at once, those of the settings by their words. */
  private async pages(actor: Actor, words: string, { locale }: Visit): Promise<Found[]> {
    const chosen = await this.settings.get('features');
    const isOn = (feature: string) => this.features.isOn(feature, chosen);
    const ways = shown(this.navigation.for('console', actor, isOn), '', locale);
    const setup = (this.setup.for(actor, isOn, '', locale) ?? []).flatMap(({ label: group, pages }) =>
      pages.map((page) => ({ ...page, group })),
    );
    const all =
      words === ''
        ? ways.map((way) => ({ ...way, group: null }))
        : [...ways.map((way) => ({ ...way, text: '', group: null })), ...setup].filter(({ label, text, group }) =>
            begins(`${label} ${text} ${group ?? ''}`, words),
          );
    return all.slice(0, MOST).map(({ label, group, href, icon }) => ({ title: label, text: group, href, icon }));
  }
}

/** What is called just so is meant before what has the words somewhere: it stands first, and is what Enter opens. */
const isCalled = ({ title, isNamed }: Found, words: string): boolean => isNamed || folded(title) === folded(words);
const calledFirst = (found: readonly Found[], words: string): Found[] =>
  found.toSorted((a, b) => Number(isCalled(b, words)) - Number(isCalled(a, words)));
