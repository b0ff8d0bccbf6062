import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Actor } from '@foyer/access';
import { Settings } from '@foyer/settings';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Form,
  FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { priorityNames } from '../requests/priorities.js';
import { PRIORITIES } from '../ticket.entity.js';
import {
  type TranslatedText,
  translationShape,
  translationsFrom,
  translationValues,
  translationViews,
} from './translated.js';

const PATH = '/console/settings/ticket-priorities';
const MAX = 40;
const textOf = (priority: string): TranslatedText[] => [
  { name: priority, label: `tickets.priority.${priority}`, max: MAX },
];
const TEXTS = PRIORITIES.flatMap(textOf);
const form = z.object({
  ...Object.fromEntries(PRIORITIES.map((priority) => [priority, z.string().trim().max(MAX).default('')])),
  ...translationShape(TEXTS),
});
type Input = Record<string, string>;

/** The four priorities in the operator's words. There are always four: rules and clocks know them. */
@ConsoleController('settings/ticket-priorities')
@Feature('tickets')
@Can('manage', 'Settings')
export class PrioritiesController {
  constructor(private readonly settings: Settings) {}

  @Get()
  @View('tickets/setup/priorities')
  async page(@CurrentVisit() visit: Visit) {
    const names = await this.settings.get(priorityNames);
    const values = PRIORITIES.map((priority) => {
      const { name, translations } = names[priority];
      const said = Object.entries(translations).map(([locale, texts]) => [locale, { [priority]: texts?.name }]);
      return { [priority]: name, ...translationValues(textOf(priority), Object.fromEntries(said) as object) };
    });
    return this.view(visit, visit.form(Object.assign({}, ...values) as Input));
  }

  @Post()
  @View('tickets/setup/priorities')
  async save(@CurrentVisit() visit: Visit, @CurrentActor() actor: Actor, @Form(form) sent: FormState<Input>) {
    await sent.attempt((input) => {
      const named = PRIORITIES.map((priority) => {
        const said = Object.entries(translationsFrom(textOf(priority), input));
        const translations = Object.fromEntries(said.map(([locale, texts]) => [locale, { name: texts?.[priority] }]));
        return [priority, { name: input[priority] ?? '', translations }];
      });
      return this.settings.change(actor, priorityNames, Object.fromEntries(named) as object);
    });
    return sent.failed ? this.view(visit, sent) : seeOther(PATH, 'settings.saved');
  }

  private async view(visit: Visit, sent: FormState<unknown>) {
    const { defaultLocale } = await this.settings.get('general');
    return {
      form: sent,
      priorities: PRIORITIES.map((value) => ({ value, label: visit.t(`tickets.priority.${value}`), max: MAX })),
      translations: translationViews(visit, TEXTS, defaultLocale),
    };
  }
}
