import { Injectable, Logger } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { type AboutToAsk, type TicketSuggestion, ticketSuggestions } from '@foyer/places';
import { Slots } from '@foyer/slots';

const MOST = 5;

/** What is offered before a ticket is sent. */
@Injectable()
export class TicketSuggestions {
  private readonly log = new Logger('TicketSuggestions');

  constructor(private readonly slots: Slots) {}

  /** What fails is left out: nobody is kept from asking. */
  async find(actor: PortalActor, about: AboutToAsk): Promise<TicketSuggestion[]> {
    const found: TicketSuggestion[] = [];
    for (const find of this.slots.of(ticketSuggestions)) {
      try {
        found.push(...(await find(actor, about)));
      } catch (error) {
        this.log.warn((error as Error).message);
      }
    }
    return found.slice(0, MOST);
  }
}
