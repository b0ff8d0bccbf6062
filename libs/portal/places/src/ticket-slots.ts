import type { PortalActor } from '@foyer/identity';
import { type Piece, Slot } from '@foyer/slots';
import type { Visit } from '@foyer/web';

/** A ticket as whoever fills a slot on its page knows it; modules above tickets know more of it. */
export interface TicketOnPage {
  id: string;
  number: number;
  subject: string;
  can: { reply: boolean; note: boolean };
}
export interface TicketPanel {
  face: 'team' | 'customer';
  /** `top` stands above the thread, `side` beside it, `composer` over the box in which the team writes. */
  place: 'top' | 'side' | 'composer';
  /** Null: nothing to show. */
  load(actor: PortalActor, ticket: TicketOnPage, visit: Visit): Promise<Piece | null>;
}
/** What stands on a ticket's page beside the ticket. */
export const ticketPanels = new Slot<TicketPanel>('ticket.panels');

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
/** What is offered before a ticket is sent: articles, similar tickets. Whoever fills it sees to the actor's rights. */
export const ticketSuggestions = new Slot<FindSuggestions>('ticket.new.suggestions');

export type FindOrders = (actor: PortalActor) => Promise<{ value: string; label: string }[]>;
/** A customer's orders, for fields that ask for one. Empty, the reference is typed. */
export const orderChoices = new Slot<FindOrders>('ticket.orders');
