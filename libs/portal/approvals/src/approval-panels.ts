import { Injectable, type OnModuleInit } from '@nestjs/common';
import { allowed } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { ticketPanels } from '@foyer/places';
import { Slots } from '@foyer/slots';
import { partOf, ticketNumber, ticketParts, type TicketView } from '@foyer/tickets';
import type { Visit } from '@foyer/web';
import { approvalPart } from './approval-part.js';
import { Approvers } from './approvers.js';
import { approvalView } from './approval-view.js';
import { COMMENT_MAX } from './approval-forms.js';

/** On a ticket's page: the question to whoever may decide, and to everybody how far it is. */
@Injectable()
export class ApprovalPanels implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly approvers: Approvers,
  ) {}

  onModuleInit(): void {
    this.slots.fill(ticketParts, 20, approvalPart);
    this.slots.fill(ticketPanels, 5, {
      face: 'customer',
      place: 'top',
      load: (actor, ticket: TicketView, visit) => this.question(actor, ticket, visit),
    });
    this.slots.fill(
      ticketPanels,
      20,
      { face: 'customer', place: 'side', load: (_actor, ticket: TicketView, visit) => this.progress(ticket, visit) },
      { face: 'team', place: 'side', load: (_actor, ticket: TicketView, visit) => this.team(ticket, visit) },
    );
  }

  private async question(actor: PortalActor, ticket: TicketView, visit: Visit) {
    const mine = partOf(ticket, approvalPart).find(
      ({ approverId, status }) => approverId === actor.id && status === 'waiting',
    );
    if (!mine || ticket.status === 'closed' || !allowed(actor.ability, 'approve', 'Ticket', ticket)) return null;
    return {
      template: 'approvals/question',
      view: { approval: approvalView(visit, mine), form: visit.form().toJSON(), commentMax: COMMENT_MAX },
    };
  }

  private async progress(ticket: TicketView, visit: Visit) {
    const approvals = partOf(ticket, approvalPart).map((one) => approvalView(visit, one));
    if (approvals.length === 0) return null;
    return { template: 'approvals/progress', view: { approvals, manage: null, ask: null, boxed: true } };
  }

  private async team(ticket: TicketView, visit: Visit) {
    const asked = partOf(ticket, approvalPart);
    const waiting = asked.filter(({ status }) => status === 'waiting');
    const mayAsk = ticket.can.update && ticket.companyId !== null && !['solved', 'closed'].includes(ticket.status);
    if (asked.length === 0 && !mayAsk) return null;
    const able = await this.approvers.able(
      ticket,
      waiting.map(({ approverId }) => approverId),
    );
    const ids = new Set(able.map(({ id }) => id));
    const at = `/console/tickets/${ticketNumber(ticket.number)}/approvals`;
    return {
      template: 'approvals/progress',
      view: {
        approvals: asked.map((one) => approvalView(visit, one, ids)),
        manage: ticket.can.update ? at : null,
        ask: mayAsk && waiting.length === 0 ? at : null,
        boxed: false,
      },
    };
  }
}
