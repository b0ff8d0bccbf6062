import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { ticketPanels } from '@foyer/places';
import { Slots } from '@foyer/slots';
import { ticketNumber, type TicketView } from '@foyer/tickets';
import type { Visit } from '@foyer/web';
import { ratingView } from './customer/rating-view.js';
import { TicketRatings } from './ticket-ratings.js';

/** On the page of a solved ticket: how was it? */
@Injectable()
export class RatingPanel implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly ratings: TicketRatings,
  ) {}

  onModuleInit(): void {
    this.slots.fill(ticketPanels, 50, {
      face: 'customer',
      place: 'top',
      load: (actor, ticket: TicketView, visit) => this.load(actor, ticket, visit),
    });
  }

  private async load(actor: PortalActor, ticket: TicketView, visit: Visit) {
    const rating = await this.ratings.of(actor, ticket);
    if (!rating) return null;
    const { comment, score } = rating;
    const form = visit.form({ comment, score: score === null ? null : String(score) });
    return {
      template: 'surveys/customer/panel',
      view: { ...ratingView(visit, rating, `/tickets/${ticketNumber(ticket.number)}/rating`), form: form.toJSON() },
    };
  }
}
