import { Param, Post } from '@nestjs/common';
import { z } from 'zod';
import { InvalidField } from '@foyer/access';
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
  type Visit,
} from '@foyer/web';
import { endOf, SNOOZES, Snoozes, timeOf } from '../snoozes.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketNumber } from '../ticket-number.pipe.js';

const PATH = '/console/tickets';
const snoozeForm = z.object({ until: z.enum(SNOOZES).optional(), at: z.string().max(40).default('') });

/** Laying a ticket aside, and taking it up again before its time. */
@ConsoleController('tickets/:number/snooze')
@Feature('tickets')
@Can('update', 'Desk')
export class SnoozeController {
  constructor(private readonly snoozes: Snoozes) {}

  @Post()
  async begin(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(snoozeForm) form: FormState<z.output<typeof snoozeForm>>,
  ) {
    // What is none of these did not come from the page, whose control knows its bounds.
    if (form.failed) throw new InvalidField('at', 'tickets.snooze.wrong');
    const { until, at } = form.value;
    await this.snoozes.begin(actor, number, until ? endOf(until, visit.timeZone) : timeOf(at, visit.timeZone));
    return seeOther(`${PATH}/${ticketNumber(number)}`, 'tickets.snooze.done');
  }

  @Post('removal')
  async end(@CurrentActor() actor: PortalActor, @Param('number', TicketNumber) number: number) {
    await this.snoozes.end(actor, number);
    return seeOther(`${PATH}/${ticketNumber(number)}`, 'tickets.snooze.ended');
  }
}
