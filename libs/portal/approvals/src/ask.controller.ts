import { Get, Post } from '@nestjs/common';
import { Refused } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { onTicket, partOf, QUESTION_MAX, ticketNumber, TicketPageReader, type TicketView } from '@foyer/tickets';
import { Ask, type Asked, ConsoleController, type FormState, id, Posts, seeOther, View, type Visit } from '@foyer/web';
import { approvalPart } from './approval-part.js';
import { approvalView } from './approval-view.js';
import { Approvals } from './approvals.js';
import { Approvers } from './approvers.js';
import { askForm } from './approval-forms.js';

const at = (number: number): string => `/console/tickets/${ticketNumber(number)}`;

const asking = { ...onTicket, form: askForm };
const onApproval = { params: { ...onTicket.params, approval: id } };

/** Asking the customer's own people whether a request may go ahead. */
@ConsoleController('tickets/:number/approvals', { feature: 'tickets', can: ['update', 'Desk'] })
@Posts<typeof onApproval, PortalActor, AskController>(onApproval, ({ number }) => at(number), {
  ':approval/withdrawal': [
    ({ approvals }, { actor, number, approval }) => approvals.withdraw(actor, number, approval),
    'approvals.withdrawn',
  ],
})
export class AskController {
  constructor(
    readonly approvals: Approvals,
    private readonly approvers: Approvers,
    private readonly page: TicketPageReader,
  ) {}

  @Get()
  @View('approvals/ask')
  async show(@Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>) {
    return this.view(visit, await this.ticket(actor, number), visit.form());
  }

  @Post()
  @View('approvals/ask')
  async ask(@Ask(asking) { visit, actor, number, form }: Asked<typeof asking, PortalActor>) {
    const ticket = await this.ticket(actor, number);
    await form.attempt(({ approver, question, all }) =>
      this.approvals.ask(actor, number, { approvers: approver, question, all }),
    );
    return form.failed ? this.view(visit, ticket, form) : seeOther(at(number), 'approvals.asked');
  }

  private async ticket(actor: PortalActor, number: number): Promise<TicketView> {
    const ticket = await this.page.read(actor, number);
    if (!ticket.can.update) throw new Refused();
    return ticket;
  }

  private async view(visit: Visit, ticket: TicketView, form: FormState<unknown>) {
    const possible = await this.approvers.of(ticket);
    const able = new Set(possible.map(({ id }) => id));
    const asked = partOf(ticket, approvalPart);
    const chosen = [form.values['approver'] ?? (possible.length === 1 ? possible[0]!.id : [])].flat();
    return {
      ticket: { number: ticketNumber(ticket.number), subject: ticket.subject, company: ticket.company },
      approvals: asked.map((one) => approvalView(visit, one, able)),
      waiting: asked.some(({ status }) => status === 'waiting'),
      over: ['solved', 'closed'].includes(ticket.status),
      people: possible.map(({ id, name, manages }) => ({ id, name, manages, checked: chosen.includes(id) })),
      ...{ form, all: form.values['all'] !== undefined, questionMax: QUESTION_MAX },
      ...{ at: `${at(ticket.number)}/approvals`, back: at(ticket.number) },
    };
  }
}
