import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { type PortalActor, TeamRoles } from '@foyer/identity';
import { described, openedAs, part, saveSection, Settings, whole } from '@foyer/settings';
import { Ask, type Asked, ConsoleController, type FormState, seeOther, View, type Visit } from '@foyer/web';
import { Demands, MOST_GRACE_DAYS, secondFactorSettings, WAIT_HOURS } from '../demands.js';

export const PATH = '/console/settings/second-factor';
const number = (least: number, most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .regex(/^\d+$/, 'web.form.wrong')
    .transform(Number)
    .pipe(z.number().min(least, 'web.form.wrong').max(most, 'web.form.wrong'));
const saving = {
  form: z.object({
    roles: z
      .union([z.string(), z.array(z.string())])
      .default([])
      .transform((given) => [given].flat().filter(Boolean)),
    grace: number(0, MOST_GRACE_DAYS),
    wait: number(WAIT_HOURS.least, WAIT_HOURS.most),
  }),
};

const ABOUT = described('factors.setup', {
  roles: part(z.unknown(), { label: 'factors.setup.roles' }),
  graceDays: whole([0, MOST_GRACE_DAYS], { byDefault: 7, label: 'factors.setup.grace' }),
  waitHours: whole([WAIT_HOURS.least, WAIT_HOURS.most], { byDefault: 24, label: 'factors.setup.wait' }),
});

/** Who in the team must have a second factor. */
@ConsoleController('settings/second-factor', { can: ['manage', 'Settings'] })
export class DemandsController {
  constructor(
    private readonly settings: Settings,
    private readonly demands: Demands,
    private readonly teamRoles: TeamRoles,
  ) {}

  @Get()
  @View('factors/team/demands')
  async page(@Ask() { visit }: Asked) {
    const { roles, graceDays, waitHours } = await this.settings.get(secondFactorSettings);
    const values = { roles: Object.keys(roles), grace: String(graceDays), wait: String(waitHours) };
    return this.view(visit, visit.form(await openedAs(this.settings, secondFactorSettings, values)));
  }

  @Post()
  @View('factors/team/demands')
  async save(@Ask(saving) { visit, actor, form }: Asked<typeof saving, PortalActor>) {
    await saveSection(form, visit, ABOUT, ({ roles, grace, wait }, version) =>
      this.demands.setRoles(actor, { roles, graceDays: grace, waitHours: wait }, version),
    );
    return form.failed ? this.view(visit, form) : seeOther(PATH, 'settings.saved');
  }

  private async view(visit: Visit, form: FormState<unknown>) {
    const chosen = [form.values['roles'] ?? []].flat();
    const roles = await this.teamRoles.described((key) => visit.t(key));
    return { form, roles: roles.map((role) => ({ ...role, checked: chosen.includes(role.value) })) };
  }
}
