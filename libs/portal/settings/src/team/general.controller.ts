import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { isTimeZone, languageName, LOCALES, REGIONS, regionName, regionOf, timeZones } from '@foyer/i18n';
import { Plans } from '@foyer/plans';
import { Ask, type Asked, ConsoleController, field, type FormState, seeOther, View, type Visit } from '@foyer/web';
import { currentTenant } from '@foyer/tenancy';
import { choice, part, references, text } from '../resources/fields.js';
import { languageReference } from '../resources/references.js';
import { described } from '../resources/resource-change.js';
import { Settings } from '../settings.js';
import { openedAs, pathOf, saveSection } from './settings-page.js';

const several = <T extends z.ZodType>(each: T) =>
  z
    .union([z.array(each), each.transform((one) => [one])])
    .optional()
    .transform((all) => all ?? []);

const controlOf = (language: string): string => `region-${language}`;

const generalForm = z.object({
  name: field.name(80),
  supportEmail: z
    .union([z.literal(''), field.email])
    .optional()
    .transform((email) => email || null),
  contact: field.optionalLines(500),
  defaultLocale: z.enum(LOCALES),
  locales: several(z.enum(LOCALES)),
  timeZone: z.string().refine(isTimeZone, 'settings.general.time-zone.unknown'),
  ...Object.fromEntries(LOCALES.map((each) => [controlOf(each), z.enum(REGIONS[each]!).optional()])),
});
const ABOUT = described('settings.general', {
  name: text(80),
  supportEmail: text(254, { label: 'support-email' }),
  contact: text(500, { lines: 3 }),
  defaultLocale: choice(LOCALES, languageReference, { label: 'default-locale' }),
  locales: references(languageReference, LOCALES.length),
  regions: part(z.unknown(), { label: 'regions' }),
  timeZone: text(80, { label: 'time-zone' }),
});
const languages = () => Promise.resolve(LOCALES.map((value) => ({ value, label: languageName(value) })));
const saving = { form: generalForm };

@ConsoleController('settings', { can: ['manage', 'Settings'] })
export class GeneralController {
  constructor(
    private readonly settings: Settings,
    private readonly plans: Plans,
  ) {}

  @Get()
  @View('settings/team/index')
  start(@Ask() { visit }: Asked) {
    const { plan, status, trialEndsAt } = currentTenant();
    return { plan: this.plans.title(plan, visit.locale), trialEndsAt: status === 'trialing' ? trialEndsAt : null };
  }

  @Get('general')
  @View('settings/team/general')
  async page(@Ask() { visit }: Asked) {
    const { supportEmail, contact, defaultLocale, locales, regions, timeZone } = await this.settings.get('general');
    const name = await this.settings.name();
    const chosen = Object.fromEntries(LOCALES.map((each) => [controlOf(each), regionOf(each, regions)]));
    const offered = [...new Set([defaultLocale, ...locales])];
    const values = { name, supportEmail, contact, defaultLocale, locales: offered, timeZone, ...chosen };
    return this.view(visit, visit.form(await openedAs(this.settings, 'general', values)));
  }

  @Post('general')
  @View('settings/team/general')
  async save(@Ask(saving) { visit, actor, form }: Asked<typeof saving>) {
    await saveSection(
      form,
      visit,
      ABOUT,
      async (value, version) => {
        const { name, supportEmail, contact, defaultLocale, timeZone, ...rest } = value;
        const { regions: before, locales: were, defaultLocale: main, writtenIn } = await this.settings.get('general');
        const chosen = new Set<string>(rest.locales);
        // Those that were there stay in their order: beyond what the plan holds the first are offered.
        const locales = [...new Set([defaultLocale, ...were.filter((each) => chosen.has(each)), ...chosen])];
        const typed = LOCALES.flatMap((each) => {
          const region = (rest as Record<string, unknown>)[controlOf(each)];
          return typeof region === 'string' ? [[each, region] as const] : [];
        });
        const regions = { ...before, ...Object.fromEntries(typed) };
        const general = {
          ...{ name, supportEmail, contact, defaultLocale, timeZone, locales, regions },
          writtenIn: writtenIn ?? (defaultLocale === main ? null : main),
        };
        await this.settings.change(actor, 'general', general, version);
      },
      languages,
    );
    return form.failed ? this.view(visit, form) : seeOther(pathOf('general'), 'settings.saved');
  }

  private view(visit: Visit, form: FormState) {
    const { defaultLocale, timeZone } = form.values;
    const locales = [form.values['locales'] ?? []].flat();
    return {
      form,
      locales: LOCALES.map((value) => ({
        value,
        label: languageName(value),
        checked: locales.includes(value),
      })),
      localeOptions: LOCALES.map((value) => ({ value, label: languageName(value), selected: value === defaultLocale })),
      regions: LOCALES.map((each) => ({
        name: controlOf(each),
        language: languageName(each),
        options: REGIONS[each]!.map((value) => ({
          value,
          label: regionName(value, visit.locale) || visit.t('settings.general.region.any'),
        })),
      })),
      timeZones: timeZones(typeof timeZone === 'string' ? timeZone : null).map((value) => ({
        value,
        label: value.replaceAll('_', ' '),
        selected: value === timeZone,
      })),
    };
  }
}
