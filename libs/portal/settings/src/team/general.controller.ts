import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import type { Actor } from '@foyer/access';
import { isTimeZone, languageName, LOCALES, timeZones } from '@foyer/i18n';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  field,
  Form,
  type FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { TenantList } from '@foyer/tenants';
import { Settings } from '../settings.js';
import { pathOf } from './settings-page.js';

const several = <T extends z.ZodType>(each: T) =>
  z
    .union([z.array(each), each.transform((one) => [one])])
    .optional()
    .transform((all) => all ?? []);

const generalForm = z.object({
  name: field.name(80),
  supportEmail: z
    .union([z.literal(''), field.email])
    .optional()
    .transform((email) => email || null),
  contact: field.optionalText(500),
  defaultLocale: z.enum(LOCALES),
  locales: several(z.enum(LOCALES)),
  timeZone: z.string().refine(isTimeZone, 'settings.general.time-zone.unknown'),
});
type GeneralForm = FormState<z.output<typeof generalForm>>;

@Can('manage', 'Settings')
@ConsoleController('settings')
export class GeneralController {
  constructor(
    private readonly settings: Settings,
    private readonly tenants: TenantList,
  ) {}

  @Get()
  @View('settings/team/index')
  async start(@CurrentVisit() visit: Visit) {
    const { plan, trialEndsAt } = await this.tenants.own();
    return { plan: visit.t(`signup.plan.${plan}.title`), trialEndsAt };
  }

  @Get('general')
  @View('settings/team/general')
  async page(@CurrentVisit() visit: Visit) {
    const { supportEmail, contact, defaultLocale, locales, timeZone } = await this.settings.get('general');
    const name = await this.settings.name();
    return this.view(visit.form({ name, supportEmail, contact, defaultLocale, locales, timeZone }));
  }

  @Post('general')
  @View('settings/team/general')
  async save(@CurrentActor() actor: Actor, @Form(generalForm) form: GeneralForm) {
    await form.attempt(({ locales, ...rest }) =>
      this.settings.change(actor, 'general', { ...rest, locales: [...new Set([rest.defaultLocale, ...locales])] }),
    );
    return form.failed ? this.view(form) : seeOther(pathOf('general'), 'settings.saved');
  }

  private view(form: FormState) {
    const { defaultLocale, timeZone } = form.values;
    const locales = [form.values['locales'] ?? []].flat();
    return {
      form,
      locales: LOCALES.map((value) => ({
        value,
        label: languageName(value),
        checked: locales.includes(value) || value === defaultLocale,
      })),
      localeOptions: LOCALES.map((value) => ({ value, label: languageName(value), selected: value === defaultLocale })),
      timeZones: timeZones().map((value) => ({
        value,
        label: value.replaceAll('_', ' '),
        selected: value === timeZone,
      })),
    };
  }
}
