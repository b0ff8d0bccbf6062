import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { Refused } from '@foyer/access';
import { Files } from '@foyer/files';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, Can, ConsoleController, id, seeOther, show } from '@foyer/web';
import { ticketNumber } from '../ticket-number.js';
import { TicketPageReader } from '../ticket-page.js';
import { Tickets } from '../tickets.js';
import { AnswerPanels } from '../asking/answer-panels.js';
import { AnswerSheet } from '../asking/answer-sheet.js';
import { onTicket } from '../on-ticket.js';

const LINK_SECONDS = 60;
const answering = { ...onTicket, form: z.looseObject({}) };
const onFile = { params: { ...onTicket.params, file: id } };

/** What a ticket's form was answered with, for the team: it sees all of it, and may put it right. */
@ConsoleController('tickets/:number', { feature: 'tickets', can: ['read', 'Desk'] })
export class TeamAnswersController {
  constructor(
    private readonly page: TicketPageReader,
    private readonly sheet: AnswerSheet,
    private readonly answers: AnswerPanels,
    private readonly tickets: Tickets,
    private readonly files: Files,
  ) {}

  @Get('fields')
  @Can('update', 'Desk')
  async edit(@Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>) {
    const ticket = await this.known(actor, number);
    return this.form(number, await this.sheet.view(visit, ticket, null));
  }

  @Post('fields')
  @Can('update', 'Desk')
  async save(@Ask(answering) { visit, actor, number, form: typed }: Asked<typeof answering, PortalActor>) {
    const ticket = await this.known(actor, number);
    const { form, kept, fields, changed, seen } = await this.sheet.receive(visit, actor, ticket, typed);
    await form.attempt(() => this.tickets.answerFields(actor, number, fields, changed, seen));
    return form.failed
      ? this.form(number, await this.sheet.view(visit, await this.known(actor, number), form, kept))
      : seeOther(`/console/tickets/${ticketNumber(number)}`, 'tickets.team.updated');
  }

  @Get('answers/:file')
  async file(@Ask(onFile) { actor, number, file: id }: Asked<typeof onFile, PortalActor>) {
    const ticket = await this.page.read(actor, number);
    return seeOther(this.files.signedUrl(await this.answers.file(ticket, id, true), LINK_SECONDS));
  }

  private async known(actor: PortalActor, number: number) {
    const ticket = await this.page.read(actor, number);
    if (!ticket.can.update) throw new Refused();
    return ticket;
  }

  private form(number: number, view: object) {
    const at = `/console/tickets/${ticketNumber(number)}`;
    return show('tickets/team/answers', {
      ...view,
      action: `${at}/fields`,
      back: { href: at, label: ticketNumber(number) },
    });
  }
}
