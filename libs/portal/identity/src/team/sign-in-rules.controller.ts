import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { described, group, openedAs, part, saveSection, Settings, whole } from '@foyer/settings';
import { Ask, type Asked, ConsoleController, field, type FormState, seeOther, View, type Visit } from '@foyer/web';
import type { PortalActor } from '../portal-actor.js';
import {
  ABSOLUTE_DAYS,
  type Audience,
  type AudienceRules,
  AUDIENCES,
  type From,
  FROM,
  IDLE_HOURS,
  METHODS,
  type Method,
  PASSWORD_LENGTH,
  SignInRules,
  signInSettings,
} from '../sign-in-rules.js';

export const PATH = '/console/settings/sign-in';
const WRONG = 'web.form.wrong';
const typedWhole = ({ least, most }: { least: number; most: number }) =>
  z.string().trim().min(1).regex(/^\d+$/, WRONG).transform(Number).pipe(z.number().min(least, WRONG).max(most, WRONG));
const methods = z
  .union([z.string(), z.array(z.string())])
  .default([])
  .transform((given) => [given].flat().filter(Boolean))
  .pipe(z.array(z.enum(METHODS, 'web.form.choice')));
const fieldsOf = {
  methods,
  idle: typedWhole(IDLE_HOURS),
  absolute: typedWhole(ABSOLUTE_DAYS),
  addresses: field
    .words(6000)
    .default('')
    .transform((text) => text.split('\n')),
};
const saving = {
  form: z.object({
    'team-methods': fieldsOf.methods,
    'team-idle': fieldsOf.idle,
    'team-absolute': fieldsOf.absolute,
    'customers-methods': fieldsOf.methods,
    'customers-idle': fieldsOf.idle,
    'customers-absolute': fieldsOf.absolute,
    'team-addresses': fieldsOf.addresses,
    'customers-addresses': fieldsOf.addresses,
    'api-addresses': fieldsOf.addresses,
    // Not called after passwords: fields of that name never come back.
    shortest: typedWhole(PASSWORD_LENGTH),
  }),
};
type Values = Record<`${Audience}-idle` | `${Audience}-absolute`, number> &
  Record<`${Audience}-methods`, Method[]> &
  Record<`${From}-addresses`, string[]> & { shortest: number };

const WORDS = 'identity.sign-in-rules';
const rulesOf = (byDefault: { idle: number; absolute: number }) =>
  group({
    methods: part(z.unknown(), { label: `${WORDS}.methods` }),
    idleHours: whole([IDLE_HOURS.least, IDLE_HOURS.most], { byDefault: byDefault.idle, label: `${WORDS}.idle` }),
    absoluteDays: whole([ABSOLUTE_DAYS.least, ABSOLUTE_DAYS.most], {
      ...{ byDefault: byDefault.absolute, label: `${WORDS}.absolute` },
    }),
  });
const ADDRESSES = part(z.unknown(), { label: `${WORDS}.addresses` });
const ABOUT = described(WORDS, {
  team: rulesOf({ idle: 24, absolute: 14 }),
  customers: rulesOf({ idle: 72, absolute: 30 }),
  addresses: group({ team: ADDRESSES, customers: ADDRESSES, api: ADDRESSES }),
  passwordLength: whole([PASSWORD_LENGTH.least, PASSWORD_LENGTH.most], {
    ...{ byDefault: PASSWORD_LENGTH.least, label: `${WORDS}.password-length` },
  }),
});

/** How people sign in, and for how long. */
@ConsoleController('settings/sign-in', { can: ['manage', 'Settings'] })
export class SignInRulesController {
  constructor(
    private readonly settings: Settings,
    private readonly rules: SignInRules,
  ) {}

  @Get()
  @View('identity/team/sign-in-rules')
  async page(@Ask() { visit }: Asked) {
    const values: Record<string, string | string[]> = {};
    for (const audience of AUDIENCES) {
      const { methods: chosen, idleHours, absoluteDays } = await this.rules.for(audience);
      values[`${audience}-methods`] = chosen;
      values[`${audience}-idle`] = String(idleHours);
      values[`${audience}-absolute`] = String(absoluteDays);
    }
    values['shortest'] = String(await this.rules.passwordLength());
    const addresses = await this.rules.addresses();
    for (const who of FROM) values[`${who}-addresses`] = addresses[who].join('\n');
    return this.view(visit, visit.form(await openedAs(this.settings, signInSettings, values)));
  }

  @Post()
  @View('identity/team/sign-in-rules')
  async save(@Ask(saving) { visit, actor, form }: Asked<typeof saving, PortalActor>) {
    await saveSection(form, visit, ABOUT, (value, version) =>
      this.rules.change(
        actor,
        {
          ...{ team: rulesIn(value, 'team'), customers: rulesIn(value, 'customers') },
          passwordLength: value.shortest,
          addresses: {
            team: value['team-addresses'],
            customers: value['customers-addresses'],
            api: value['api-addresses'],
          },
        },
        ...([visit.device.ip, version] as const),
      ),
    );
    return form.failed ? this.view(visit, form) : seeOther(PATH, 'settings.saved');
  }

  private view(visit: Visit, form: FormState<unknown>) {
    const audiences = AUDIENCES.map((name) => {
      const chosen = [form.values[`${name}-methods`] ?? []].flat();
      return {
        name,
        label: visit.t(`identity.sign-in-rules.${name}`),
        methods: METHODS.map((value) => ({
          ...{ value, label: visit.t(`identity.sign-in-rules.method.${value}`) },
          checked: chosen.includes(value),
        })),
      };
    });
    return { form, audiences, here: visit.device.ip ?? '–' };
  }
}

const rulesIn = (value: Values, audience: Audience): AudienceRules => ({
  methods: value[`${audience}-methods`],
  idleHours: value[`${audience}-idle`],
  absoluteDays: value[`${audience}-absolute`],
});
