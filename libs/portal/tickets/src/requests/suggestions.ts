import { Injectable, Logger } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';

/** Something that may make a new ticket needless. */
export interface TicketSuggestion {
  kind: string;
  title: string;
  text: string;
  href: string;
}
export interface AboutToAsk {
  subject: string;
  description: string;
  typeId: string | null;
  locale: string;
}
export type FindSuggestions = (actor: PortalActor, about: AboutToAsk) => Promise<TicketSuggestion[]>;

const MOST = 5;

/** The slot of what is offered before a ticket is sent: articles, similar tickets. Whoever fills it sees to the actor's rights. */
@Injectable()
export class TicketSuggestions {
  private readonly log = new Logger('TicketSuggestions');
  private finders: { order: number; find: FindSuggestions }[] = [];

  /** The lower the order, the earlier on the page. */
  register(order: number, find: FindSuggestions): void {
    this.finders = [...this.finders, { order, find }].sort((a, b) => a.order - b.order);
  }

  /** What fails is left out: nobody is kept from asking. */
  async find(actor: PortalActor, about: AboutToAsk): Promise<TicketSuggestion[]> {
    const found: TicketSuggestion[] = [];
    for (const { find } of this.finders) {
      try {
        found.push(...(await find(actor, about)));
      } catch (error) {
        this.log.warn((error as Error).message);
      }
    }
    return found.slice(0, MOST);
  }
}
