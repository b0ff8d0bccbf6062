import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import {
  described,
  group,
  type Localized,
  openedAs,
  part,
  type Said,
  saveSection,
  Settings,
  text,
  textsFrom,
  textValues,
  type TranslatedText,
  translationShape,
  translationViews,
} from '@foyer/settings';
import { Ask, type Asked, ConsoleController, FormState, seeOther, View, type Visit } from '@foyer/web';
import { PRIORITIES, priorityNames } from '../priorities.js';

const PATH = '/console/settings/ticket-priorities';
const MAX = 40;
const textOf = (priority: string): TranslatedText[] => [
  { name: priority, label: `requests.priority.${priority}`, max: MAX },
];
const TEXTS = PRIORITIES.flatMap(textOf);
const form = z.object({
  ...Object.fromEntries(PRIORITIES.map((priority) => [priority, z.string().trim().max(MAX).default('')])),
  ...translationShape(TEXTS),
});
type Input = Record<string, string>;
const ABOUT = described(
  'requests.priority',
  Object.fromEntries(
    PRIORITIES.map((priority) => [
      priority,
      group({
        name: text(MAX, { label: `requests.priority.${priority}` }),
        translations: part(z.unknown(), { label: 'settings.translations' }),
      }),
    ]),
  ),
);
const saving = { form };

/** The four priorities in the operator's words. There are always four: rules and clocks know them. */
@ConsoleController('settings/ticket-priorities', { feature: 'tickets', can: ['manage', 'Settings'] })
export class PrioritiesController {
  constructor(private readonly settings: Settings) {}

  @Get()
  @View('requests/setup/priorities')
  async page(@Ask() { visit }: Asked) {
    const names = await this.settings.get(priorityNames);
    const values = PRIORITIES.map((priority) => {
      return textValues(textOf(priority), called(names[priority], 'name', priority));
    });
    return this.view(
      visit,
      visit.form(await openedAs(this.settings, priorityNames, Object.assign({}, ...values) as Input)),
    );
  }

  @Post()
  @View('requests/setup/priorities')
  async save(@Ask(saving) { visit, actor, form: sent }: Asked<typeof saving>) {
    const before = await this.settings.get(priorityNames);
    await saveSection(sent, visit, ABOUT, (input, version) => {
      const named = PRIORITIES.map((priority) => {
        const texts = textsFrom(textOf(priority), input, called(before[priority], 'name', priority));
        return [priority, called(texts, priority, 'name')];
      });
      return this.settings.change(actor, priorityNames, Object.fromEntries(named) as object, version);
    });
    return sent.failed ? this.view(visit, sent) : seeOther(PATH, 'settings.saved');
  }

  private view(visit: Visit, sent: FormState<unknown>) {
    return {
      form: sent,
      controls: PRIORITIES.map((name) => ({ name, label: visit.t(`requests.priority.${name}`) })),
      priorities: PRIORITIES.map((value) => ({ value, label: visit.t(`requests.priority.${value}`), max: MAX })),
      translations: translationViews(visit, TEXTS),
    };
  }
}

/** The same text under another name: on the page, the four stand beside one another. */
function called(item: Localized, from: string, to: string): Localized & Record<string, unknown> {
  const said = Object.entries(item.translations).map(([locale, texts]) => [locale, { [to]: (texts as Said)[from] }]);
  return { [to]: (item as unknown as Said)[from], translations: Object.fromEntries(said) as Localized['translations'] };
}
