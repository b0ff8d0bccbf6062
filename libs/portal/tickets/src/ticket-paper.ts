import { Injectable } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import type { Visit } from '@foyer/web';
import { AnswerPanels } from './asking/answer-panels.js';
import type { TicketView } from './ticket-detail.js';
import { ticketNumber } from './ticket-number.js';
import { entryViews, ticketView } from './ticket-view.js';

/**
 * A ticket as it is printed. Paper goes from hand to hand: what only the team may read, in the thread or among the answers, is
 * on it when somebody of the team asks for it.
 */
@Injectable()
export class TicketPaper {
  constructor(private readonly answers: AnswerPanels) {}

  async of(visit: Visit, actor: PortalActor, ticket: TicketView, base: '' | '/console', withNotes = false) {
    const entries = entryViews(visit, base, ticket, actor.id);
    const answers = await this.answers.of(ticket, visit, base === '/console');
    const back = `${base}/tickets/${ticketNumber(ticket.number)}`;
    const isInternal = entries.some(({ kind }) => kind === 'note') || answers.some(({ teamOnly }) => teamOnly);
    return {
      ticket: ticketView(visit, base, ticket),
      entries: entries.filter(({ kind }) => withNotes || kind !== 'note'),
      answers: answers.filter(({ teamOnly }) => withNotes || !teamOnly),
      notes: isInternal ? { shown: withNotes, href: `${back}/print${withNotes ? '' : '?notes=yes'}` } : null,
      printedAt: new Date().toISOString(),
      back,
    };
  }
}
