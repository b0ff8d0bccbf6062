import { Injectable } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { type TicketPanel, ticketPanels } from '@foyer/places';
import { piecesOf, Slot, Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import type { TicketAction } from './ticket-actions.js';
import type { TicketFacts } from './conditions/ticket-conditions.js';
import type { TicketView } from './ticket-detail.js';

/** A step while a ticket is being opened, in its transaction: what is to be done to it before anybody sees it. */
export type OpeningStep = (ticket: TicketFacts & { id: string; number: number }) => Promise<TicketAction[]>;

/** Who takes part when a ticket is opened, such as routing. `byKey` is the message by which the thread names it. */
export const ticketOpening = new Slot<{ byKey: string; step: OpeningStep }>('ticket.opening');

/** Whether somebody of the team takes tickets just now: not if anyone says that they are away. */
export const agentsThere = new Slot<(personId: string) => Promise<boolean>>('agents.there');

/** Asks the customer's company whether a request may go ahead: an action of rules and macros. @throws DomainError where nobody can be asked */
export type AskApproval = (
  actor: PortalActor,
  ticketId: string,
  asked: { approvers: 'company-admins'; question: string },
) => Promise<void>;
export const approvalAsking = new Slot<AskApproval>('ticket.ask-approval');

/** What other modules show on a ticket's page. */
@Injectable()
export class TicketPanels {
  constructor(private readonly slots: Slots) {}

  for(face: TicketPanel['face'], actor: PortalActor, ticket: TicketView, visit: Visit) {
    const panels = this.slots.of(ticketPanels).filter((one) => one.face === face);
    return piecesOf(panels, (panel) => panel.load(actor, ticket, visit));
  }
}

/** What closes solved tickets for good after a while, for those who set up when a ticket comes back. */
export type FindClosing = () => Promise<{ name: string; hours: number; href: string }[]>;
export const closingRules = new Slot<FindClosing>('ticket.closing-rules');

/** Text and changes proposed for the next reply, by id, such as those of macros; null where the id is of another. `said` has the changes in words, if they are to be read. */
export type FindReply = (
  actor: PortalActor,
  ticket: TicketView,
  id: string,
  reader: Pick<Visit, 't' | 'locale' | 'region'> | null,
) => Promise<{ text: string; note: boolean; actions: TicketAction[]; said: string[] } | null>;

export const replySuggestions = new Slot<FindReply>('ticket.reply-suggestions');
