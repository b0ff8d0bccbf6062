import { Injectable } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import type { Visit } from '@foyer/web';
import { AnswerPanels } from './asking/answer-panels.js';
import type { TicketView } from './ticket-detail.js';
import { ticketNumber } from './ticket-number.js';
import { entryViews, ticketView } from './ticket-view.js';

/**
 * A ticket as it is printed. Paper goes from hand to hand: what only the team may read, in the thread or among the answers, is
 * on it when somebody of the team asks for it, and otherwise statuses and authors have the names that customers know.
 */
@Injectable()
export class TicketPaper {
  constructor(private readonly answers: AnswerPanels) {}

  async of(visit: Visit, actor: PortalActor, ticket: TicketView, base: '' | '/console', withNotes = false) {
    const read = withNotes ? ticket : asCustomersRead(ticket);
    const entries = entryViews(visit, base, read, actor.id);
    const answers = await this.answers.of(ticket, visit, base === '/console');
    const back = `${base}/tickets/${ticketNumber(ticket.number)}`;
    const isInternal = entries.some(({ kind }) => kind === 'note') || answers.some(({ teamOnly }) => teamOnly);
    return {
      ticket: ticketView(visit, withNotes ? base : '', ticket),
      entries: entries.filter(({ kind }) => withNotes || kind !== 'note'),
      answers: answers.filter(({ teamOnly }) => withNotes || !teamOnly),
      notes: isInternal ? { shown: withNotes, href: `${back}/print${withNotes ? '' : '?notes=yes'}` } : null,
      printedAt: new Date().toISOString(),
      back,
    };
  }
}

/** What rules say, the business says. */
const asCustomersRead = (ticket: TicketView): TicketView => ({
  ...ticket,
  messages: ticket.messages.map(({ data, ...message }) => {
    if (message.kind === 'event' || !data || !('by' in data || 'byKey' in data)) return { ...message, data };
    const { by: _by, byKey: _byKey, ...known } = data;
    return { ...message, data: known };
  }),
});
