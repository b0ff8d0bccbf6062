import type { z } from 'zod';
import { CollectionController, Collections } from '@foyer/settings';
import { languageNameIn } from '@foyer/i18n';
import { Can, ConsoleController, type FormState, type Visit } from '@foyer/web';
import { RuleOptions } from '@foyer/tickets';
import { actionsView, firstAction, PROPERTY_KINDS } from '../rules/actions-form.js';
import { type MacroForm, macroForm, macroOf, macroValues } from './macro-form.js';
import { macroText } from './macro-text.js';
import { type Macro, macros, mustBeDistinct } from './macros.js';
import { PLACEHOLDERS } from './placeholders.js';

/** What the whole team says and does again and again. */
@Can('manage', 'Settings')
@ConsoleController('settings/macros')
export class MacrosController extends CollectionController<Macro, MacroForm> {
  protected readonly path = '/console/settings/macros';
  protected readonly collection = macros;
  protected readonly form = macroForm as z.ZodType<MacroForm>;
  protected readonly template = 'service/team/macro';
  protected readonly words = 'service.macros';

  constructor(
    collections: Collections,
    private readonly options: RuleOptions,
  ) {
    super(collections);
  }

  protected override firstRows() {
    return { actions: firstAction(PROPERTY_KINDS) };
  }

  protected async row(visit: Visit, item: Macro) {
    return { title: item.name, text: macroText(visit, item, await this.options.all(visit)), enabled: item.enabled };
  }

  protected values(_visit: Visit, item: Macro | null) {
    return macroValues(item);
  }

  protected async made(input: MacroForm, before: Macro | null, visit: Visit) {
    const others = (await this.collections.all(macros)).filter(({ id }) => id !== before?.id);
    mustBeDistinct(input, others);
    return {
      ...macroOf(input, visit.locales, await this.options.all(visit), before),
      ownerId: before?.ownerId ?? null,
      enabled: before?.enabled ?? true,
    };
  }

  protected override async choices(visit: Visit, form: FormState<unknown>) {
    const choices = await this.options.all(visit);
    return {
      own: false,
      groups: choices.groups,
      note: form.values['note'] !== undefined,
      placeholders: PLACEHOLDERS.map((name) => ({
        word: `{{${name}}}`,
        text: visit.t(`service.placeholder.${name.replace('.', '-')}`),
      })),
      languages:
        visit.locales.length > 1
          ? visit.locales.map((locale) => ({
              name: `text-${locale}`,
              label: languageNameIn(locale, visit.locale),
              locale,
            }))
          : [],
      actions: actionsView(visit, form, 'actions', PROPERTY_KINDS, choices),
    };
  }
}
