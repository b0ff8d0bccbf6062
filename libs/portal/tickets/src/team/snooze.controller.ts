import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, type FormState, Posts, seeOther, View, type Visit } from '@foyer/web';
import { endOf, snoozeChoices, SNOOZES, Snoozes, timeOf } from '../snoozes.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketPageReader } from '../ticket-page.js';
import type { TicketView } from '../ticket-detail.js';
import { onTicket } from '../on-ticket.js';

const at = (number: number): string => `/console/tickets/${ticketNumber(number)}`;
const snoozeForm = z.object({
  until: z.enum(SNOOZES, 'tickets.snooze.wrong').optional(),
  at: z.string().max(40).default(''),
});
const snoozing = { ...onTicket, form: snoozeForm };

/** Laying a ticket aside, and taking it up again before its time. */
@ConsoleController('tickets/:number/snooze', { feature: 'tickets', can: ['update', 'Desk'] })
@Posts<typeof onTicket, PortalActor, SnoozeController>(onTicket, ({ number }) => at(number), {
  removal: [({ snoozes }, { actor, number }) => snoozes.end(actor, number), 'tickets.snooze.ended'],
})
export class SnoozeController {
  constructor(
    readonly snoozes: Snoozes,
    private readonly page: TicketPageReader,
  ) {}

  @Get()
  @View('tickets/team/snooze')
  async choose(@Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>) {
    return this.view(visit, await this.page.read(actor, number), visit.form());
  }

  @Post()
  @View('tickets/team/snooze')
  async begin(@Ask(snoozing) { visit, actor, number, form }: Asked<typeof snoozing, PortalActor>) {
    const ticket = await this.page.read(actor, number);
    await form.attempt(({ until, at: typed }) =>
      this.snoozes.begin(actor, number, until ? endOf(until, visit.timeZone) : timeOf(typed, visit.timeZone)),
    );
    if (form.failed) return this.view(visit, ticket, form);
    return seeOther(at(number), 'tickets.snooze.done');
  }

  private view(visit: Visit, { number, subject }: TicketView, form: FormState<unknown>) {
    return {
      form,
      subject,
      snooze: snoozeChoices(visit, `${at(number)}/snooze`),
      back: { href: at(number), label: ticketNumber(number) },
    };
  }
}
