import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
import { Statuses, statusName, ticketStatuses } from '@foyer/requests';
import { choice, described, flag, openedAs, optionalReference, saveSection, Settings, whole } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Ask, type Asked, ConsoleController, field, type FormState, seeOther, View, type Visit } from '@foyer/web';
import { closingRules } from '../ticket-slots.js';
import { MAX_DAYS, reopeningRules, REPLIES, RETURNS } from './reopening-rules.js';

const PATH = '/console/settings/reopening';
const form = z.object({
  replies: z.enum(REPLIES),
  days: z
    .string()
    .trim()
    .regex(/^\d{1,3}$/, 'tickets.reopening.days-wrong')
    .transform(Number)
    .refine((days) => days >= 1 && days <= MAX_DAYS, 'tickets.reopening.days-wrong'),
  button: field.flag,
  status: field.optionalId,
  returns: z.enum(RETURNS),
});
const ABOUT = described('tickets.reopening', {
  replies: choice(REPLIES, 'tickets.reopening.replies', { label: 'tickets.reopening.replies.label' }),
  returns: choice(RETURNS, 'tickets.reopening.returns', { label: 'tickets.reopening.returns.label' }),
  days: whole([1, MAX_DAYS], { byDefault: 1 }),
  button: flag(true),
  statusId: optionalReference(ticketStatuses.about.reference),
});
const saving = { form };

/** What becomes of a solved ticket when its customer comes back to it. */
@ConsoleController('settings/reopening', { feature: 'tickets', can: ['manage', 'Settings'] })
export class ReopeningController {
  constructor(
    private readonly settings: Settings,
    private readonly statuses: Statuses,
    private readonly slots: Slots,
  ) {}

  @Get()
  @View('tickets/setup/reopening')
  async page(@Ask() { visit }: Asked) {
    const { replies, days, button, statusId, returns } = await this.settings.get(reopeningRules);
    const values = { replies, days: String(days), button: button ? '1' : null, status: statusId, returns };
    return this.view(visit, visit.form(await openedAs(this.settings, reopeningRules, values)));
  }

  @Post()
  @View('tickets/setup/reopening')
  async save(@Ask(saving) { visit, actor, form: sent }: Asked<typeof saving>) {
    await saveSection(
      sent,
      visit,
      ABOUT,
      async ({ status: statusId, ...rules }, version) => {
        if (statusId && !(await this.open()).some(({ id }) => id === statusId))
          throw new InvalidField('status', 'web.form.choice');
        await this.settings.change(actor, reopeningRules, { ...rules, statusId }, version);
      },
      () => this.statusOptions(visit),
    );
    return sent.failed ? this.view(visit, sent) : seeOther(PATH, 'settings.saved');
  }

  /** The operator's own names for an open ticket; without any of them it is simply open. */
  private async open() {
    return (await this.statuses.all()).filter(({ kind, standard }) => kind === 'open' && !standard);
  }

  private async statusOptions({ locale }: Visit) {
    const all = await this.open();
    return all.map(({ id }) => ({ value: id, label: statusName(locale, 'open', id, '/console') }));
  }

  private async view(visit: Visit, sent: FormState<unknown>) {
    const choice = (name: string) => (value: string) => ({
      value,
      label: visit.t(`tickets.reopening.${name}.${value}`),
      checked: sent.values[name] === value,
    });
    const closing = await Promise.all(this.slots.of(closingRules).map((find) => find()));
    return {
      form: sent,
      replies: REPLIES.map(choice('replies')),
      returns: RETURNS.map(choice('returns')),
      button: sent.values['button'] !== undefined && sent.values['button'] !== null,
      usual: statusName(visit.locale, 'open', null, '/console'),
      statuses: await this.statusOptions(visit),
      closing: closing.flat().map(({ name, hours, href }) => ({
        href,
        name,
        text: visit.t('tickets.reopening.closes-after', { days: Math.round(hours / 24), hours }),
      })),
    };
  }
}
