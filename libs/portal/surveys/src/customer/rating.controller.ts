import { Post } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { onTicket, ticketNumber } from '@foyer/tickets';
import { Ask, type Asked, PortalController, seeOther, View } from '@foyer/web';
import { TicketRatings } from '../ticket-ratings.js';
import { answerForm, ratingView } from './rating-view.js';

const answering = { ...onTicket, form: answerForm };

/** The answer from a ticket's own page. */
@PortalController('tickets/:number/rating', { feature: 'tickets' })
export class RatingController {
  constructor(private readonly ratings: TicketRatings) {}

  @Post()
  @View('surveys/customer/rate')
  async rate(@Ask(answering) { visit, actor, number, form }: Asked<typeof answering, PortalActor>) {
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
