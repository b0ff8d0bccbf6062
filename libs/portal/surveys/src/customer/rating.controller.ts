import { Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { parseTicketNumber, ticketNumber } from '@foyer/tickets';
import { NotFound } from '@foyer/access';
import {
  CurrentActor,
  CurrentVisit,
  Feature,
  Form,
  type FormState,
  PortalController,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { TicketRatings } from '../ticket-ratings.js';
import { answerForm, ratingView } from './rating-view.js';

/** The answer from a ticket's own page. */
@PortalController('tickets/:number/rating')
@Feature('tickets')
export class RatingController {
  constructor(private readonly ratings: TicketRatings) {}

  @Post()
  @View('surveys/customer/rate')
  async rate(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number') typed: string,
    @Form(answerForm) form: FormState<z.output<typeof answerForm>>,
  ) {
    const number = parseTicketNumber(typed);
    if (number === null) throw new NotFound();
    const { ticket, rating } = await this.ratings.find(actor, number);
    await form.attempt((said) => this.ratings.rate(actor, number, said));
    const path = `/tickets/${ticketNumber(number)}`;
    if (!form.failed) return seeOther(path, 'surveys.thanks.flash');
    return {
      ...ratingView(visit, rating, `${path}/rating`),
      ...{ form, back: { href: path, label: ticketNumber(number) }, subject: ticket.subject },
    };
  }
}
