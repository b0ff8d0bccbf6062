import { Get, Param, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Form,
  type FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { endOf, snoozeChoices, SNOOZES, Snoozes, timeOf } from '../snoozes.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketNumber } from '../ticket-number.pipe.js';
import { TicketPageReader } from '../ticket-page.js';
import type { TicketView } from '../ticket-detail.js';

const PATH = '/console/tickets';
const snoozeForm = z.object({
  until: z.enum(SNOOZES, 'tickets.snooze.wrong').optional(),
  at: z.string().max(40).default(''),
});

/** Laying a ticket aside, and taking it up again before its time. */
@ConsoleController('tickets/:number/snooze')
@Feature('tickets')
@Can('update', 'Desk')
export class SnoozeController {
  constructor(
    private readonly snoozes: Snoozes,
    private readonly page: TicketPageReader,
  ) {}

  @Get()
  @View('tickets/team/snooze')
  async choose(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
  ) {
    return this.view(visit, await this.page.read(actor, number), visit.form());
  }

  @Post()
  @View('tickets/team/snooze')
  async begin(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(snoozeForm) form: FormState<z.output<typeof snoozeForm>>,
  ) {
    const ticket = await this.page.read(actor, number);
    await form.attempt(({ until, at }) =>
      this.snoozes.begin(actor, number, until ? endOf(until, visit.timeZone) : timeOf(at, visit.timeZone)),
    );
    if (form.failed) return this.view(visit, ticket, form);
    return seeOther(`${PATH}/${ticketNumber(number)}`, 'tickets.snooze.done');
  }

  @Post('removal')
  async end(@CurrentActor() actor: PortalActor, @Param('number', TicketNumber) number: number) {
    await this.snoozes.end(actor, number);
    return seeOther(`${PATH}/${ticketNumber(number)}`, 'tickets.snooze.ended');
  }

  private view(visit: Visit, { number, subject }: TicketView, form: FormState<unknown>) {
    const at = `${PATH}/${ticketNumber(number)}`;
    return {
      form,
      subject,
      snooze: snoozeChoices(visit, `${at}/snooze`),
      back: { href: at, label: ticketNumber(number) },
    };
  }
}
