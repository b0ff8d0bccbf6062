import { languageNameIn } from '@foyer/i18n';
import {
  Collections,
  languagesNow,
  one,
  ResourceController,
  type ResourceInput,
  SettingsPage,
  type Typed,
} from '@foyer/settings';
import { RuleOptions, type TicketAction } from '@foyer/tickets';
import type { FormState, Visit } from '@foyer/web';
import { actionsOf, actionsView, actionValues, firstAction, PROPERTY_KINDS } from '../rules/actions-form.js';
import { macroText } from './macro-text.js';
import { type Macro, macros } from './macros.js';
import { PLACEHOLDERS } from './placeholders.js';

/** The text itself is in the language that texts are written in; each other language of the portal has a control of its own. */
const inLanguage = (locale: string) => (locale === languagesNow().written ? 'text' : `translations-${locale}`);

/** What the whole team says and does again and again. */
@SettingsPage(macros)
export class MacrosController extends ResourceController<Macro> {
  protected readonly collection = macros;
  protected override readonly template = 'service/team/macro';
  protected override readonly placed = ['name', 'shortcut', 'groupId', 'text', 'note'];
  protected override readonly begins = { actions: 'actions-new' };

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected override firstRows() {
    return { actions: firstAction(PROPERTY_KINDS) };
  }

  protected override async row(visit: Visit, item: Macro) {
    return { ...(await super.row(visit, item)), text: macroText(visit, item, await this.options.all(visit)) };
  }

  protected override values(visit: Visit, item: Macro | null): Typed {
    const said = Object.entries(item?.translations ?? {}).map(([locale, words]) => [inLanguage(locale), words]);
    return {
      ...super.values(visit, item),
      ...(Object.fromEntries(said) as Typed),
      ...actionValues('actions', item?.actions ?? []),
    };
  }

  protected override async made(input: ResourceInput, before: Macro | null, visit: Visit) {
    const typed = input as Typed;
    // What is said in a language that the portal does not offer now stays.
    const said = {
      ...before?.translations,
      ...Object.fromEntries(visit.locales.map((locale) => [locale, one(typed[inLanguage(locale)]).trim()])),
      [languagesNow().written]: '',
    };
    const actions = actionsOf(typed, 'actions', PROPERTY_KINDS, await this.options.all(visit)) as TicketAction[];
    return {
      ...(await super.made(input, before, visit)),
      translations: Object.fromEntries(Object.entries(said).filter(([, words]) => words !== '')),
      actions,
    };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>, item: Macro | null) {
    const view = await super.choices(visit, form, item);
    const { written } = languagesNow();
    return {
      ...view,
      placeholders: PLACEHOLDERS.map((name) => ({
        word: `{{${name}}}`,
        text: visit.t(`service.placeholder.${name.replace('.', '-')}`),
      })),
      languages: visit.locales
        .filter((locale) => locale !== written)
        .map((locale) => ({
          name: inLanguage(locale),
          label: visit.t('service.macros.in-language', { language: languageNameIn(locale, visit.locale) }),
        })),
      actions: actionsView(visit, form, 'actions', PROPERTY_KINDS, await this.options.all(visit)),
    };
  }
}
