import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { allowed, NotFound } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { partOf, ticketNumber, TicketPageReader, ticketView } from '@foyer/tickets';
import { Ask, type Asked, field, id, listView, PortalController, seeOther, View } from '@foyer/web';
import { approvalPart } from './approval-part.js';
import { COMMENT_MAX, decisionForm } from './approval-forms.js';
import { ApprovalList } from './approval-list.js';
import { approvalView } from './approval-view.js';
import { Approvals } from './approvals.js';

const PATH = '/approvals';
const PAGE = 25;
const filters = z.object({
  show: z.enum(['decided']).nullable().catch(null),
  cursor: field.cursor.nullable().catch(null),
});

const listing = { query: filters };
const deciding = { params: { approval: id }, form: decisionForm };

/** What somebody's colleagues ask for and they must agree to. */
@PortalController('approvals', { feature: 'tickets' })
export class ApprovalsController {
  constructor(
    private readonly approvals: Approvals,
    private readonly list: ApprovalList,
    private readonly page: TicketPageReader,
  ) {}

  @Get()
  @View('approvals/list')
  async all(@Ask(listing) { visit, actor, query: { show, cursor } }: Asked<typeof listing, PortalActor>) {
    const { rows, next } = await this.list.page(actor, { waiting: show === null, cursor, limit: PAGE });
    const tab = (value: 'decided' | null) => ({
      label: visit.t(`approvals.tab.${value ?? 'waiting'}`),
      href: visit.link(PATH, { show: value }),
      ...{ current: value === show, count: null },
    });
    return {
      tabs: [tab(null), tab('decided')],
      decided: show !== null,
      approvals: rows.map((row) => ({
        ...approvalView(visit, { ...row, approver: actor.name, approverId: actor.id! }),
        ...{ number: ticketNumber(row.number), subject: row.subject, requester: row.requester, company: row.company },
        href: `/tickets/${ticketNumber(row.number)}`,
      })),
      ...listView(visit, PATH, { q: null, filters: { show }, next, previous: null }),
    };
  }

  @Post(':approval')
  @View('approvals/decide')
  async decide(@Ask(deciding) { visit, actor, approval, form }: Asked<typeof deciding, PortalActor>) {
    const { number } = await this.approvals.mine(actor, approval);
    const ticket = await this.page.read(actor, number);
    const asked = partOf(ticket, approvalPart).find((one) => one.id === approval);
    if (!asked || !allowed(actor.ability, 'approve', 'Ticket', ticket)) throw new NotFound();
    await form.attempt(({ decision, comment }) => this.approvals.decide(actor, approval, decision, comment));
    if (!form.failed) return seeOther(PATH, `approvals.done.${form.value.decision}`);
    return {
      ticket: ticketView(visit, '', ticket),
      approval: approvalView(visit, asked),
      ...{ form, commentMax: COMMENT_MAX },
    };
  }
}
