import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import { Files } from '@foyer/files';
import type { PortalActor } from '@foyer/identity';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Form,
  type FormState,
  seeOther,
  type Upload,
  Uploads,
  View,
  type Visit,
} from '@foyer/web';
import { Attachments, type KeptFile } from '../attachments.js';
import { messageForm, NEXT_STATUSES, propertiesForm, teamReplyForm } from '../ticket-forms.js';
import { TicketList } from '../ticket-list.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketNumber } from '../ticket-number.pipe.js';
import { TicketPageReader } from '../ticket-page.js';
import { entryViews, priorityOptions, rowView, statusOptions, ticketView } from '../ticket-view.js';
import { Tickets } from '../tickets.js';

const PATH = '/console/tickets';
const LINK_SECONDS = 60;
type Forms = Partial<Record<'reply' | 'note' | 'properties', FormState<unknown>>>;

/** One ticket for the team: thread, notes, and the customer beside it. */
@ConsoleController('tickets/:number')
@Feature('tickets')
@Can('read', 'Ticket')
export class TeamTicketController {
  constructor(
    private readonly tickets: Tickets,
    private readonly page: TicketPageReader,
    private readonly list: TicketList,
    private readonly attachments: Attachments,
    private readonly files: Files,
  ) {}

  @Get()
  @View('tickets/team/show')
  show(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
  ) {
    return this.view(visit, actor, number);
  }

  @Post('replies')
  @View('tickets/team/show')
  async reply(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(teamReplyForm) form: FormState<z.output<typeof teamReplyForm>>,
    @Uploads('attachments') uploads: Upload[],
  ) {
    const kept = await this.attachments.take(actor, form, uploads);
    await form.attempt(({ body, status }) => this.tickets.reply(actor, number, { body, fileIds: idsOf(kept) }, status));
    return form.failed
      ? this.view(visit, actor, number, { reply: form }, kept)
      : this.back(number, 'tickets.team.replied');
  }

  @Post('notes')
  @View('tickets/team/show')
  async note(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(messageForm) form: FormState<z.output<typeof messageForm>>,
    @Uploads('attachments') uploads: Upload[],
  ) {
    const kept = await this.attachments.take(actor, form, uploads);
    await form.attempt(({ body }) => this.tickets.note(actor, number, { body, fileIds: idsOf(kept) }));
    return form.failed
      ? this.view(visit, actor, number, { note: form }, kept)
      : this.back(number, 'tickets.team.noted');
  }

  @Post('properties')
  @View('tickets/team/show')
  async properties(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(propertiesForm) form: FormState<z.output<typeof propertiesForm>>,
  ) {
    await form.attempt(({ status, priority, assignee, category }) =>
      this.tickets.update(actor, number, { status, priority, assigneeId: assignee, categoryId: category }),
    );
    return form.failed
      ? this.view(visit, actor, number, { properties: form })
      : this.back(number, 'tickets.team.updated');
  }

  @Post('solution')
  async solve(@CurrentActor() actor: PortalActor, @Param('number', TicketNumber) number: number) {
    await this.tickets.solve(actor, number);
    return this.back(number, 'tickets.team.updated');
  }

  @Post('reopening')
  async reopen(@CurrentActor() actor: PortalActor, @Param('number', TicketNumber) number: number) {
    await this.tickets.reopen(actor, number);
    return this.back(number, 'tickets.team.updated');
  }

  @Get('attachments/:file')
  async attachment(
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Param('file', ParseUUIDPipe) id: string,
  ) {
    return seeOther(this.files.signedUrl(await this.page.attachment(actor, number, id), LINK_SECONDS));
  }

  private back(number: number, flash: string) {
    return seeOther(`${PATH}/${ticketNumber(number)}`, flash);
  }

  private async view(visit: Visit, actor: PortalActor, number: number, forms: Forms = {}, kept: KeptFile[] = []) {
    const ticket = await this.page.read(actor, number);
    const { agents, categories, others, customer } = await this.list.beside(actor, ticket);
    const { status, priority, assigneeId, categoryId } = ticket;
    return {
      ticket: ticketView(visit, '/console', ticket),
      entries: entryViews(visit, '/console', ticket, actor.id),
      customer: {
        ...customer,
        name: ticket.requester,
        email: ticket.requesterEmail,
        href: `/console/people/${ticket.requesterId}`,
      },
      company: ticket.companyId ? { name: ticket.company, href: `/console/companies/${ticket.companyId}` } : null,
      forms: {
        reply: forms.reply ?? visit.form({ status: 'pending' }),
        note: forms.note ?? visit.form(),
        properties: forms.properties ?? visit.form({ status, priority, assignee: assigneeId, category: categoryId }),
      },
      kept,
      statuses: statusOptions(visit),
      nextStatuses: statusOptions(visit, NEXT_STATUSES),
      priorities: priorityOptions(visit),
      assignees: agents,
      categories,
      tab: forms.note ? 'note' : 'reply',
      files: this.attachments.limits,
      others: others.map((row) => rowView(visit, '/console', row)),
      list: null,
      back: PATH,
      can: ticket.can,
    };
  }
}

const idsOf = (kept: KeptFile[]): string[] => kept.map(({ id }) => id);
