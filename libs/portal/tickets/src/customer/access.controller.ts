import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { type PortalActor, Roles, TeamRoles } from '@foyer/identity';
import {
  CurrentActor,
  CurrentVisit,
  Feature,
  Form,
  type FormState,
  PortalController,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { shareForm } from '../ticket-forms.js';
import { TicketAudience } from '../ticket-audience.js';
import { audienceView } from '../ticket-view.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketNumber } from '../ticket-number.pipe.js';
import { TicketPageReader } from '../ticket-page.js';
import { Watching } from '../watching.js';

/** Who of the customer's side can see a ticket, and why; sharing it with a colleague. For those who may share it. */
@PortalController('tickets/:number')
@Feature('tickets')
export class CustomerAccessController {
  constructor(
    private readonly watching: Watching,
    private readonly page: TicketPageReader,
    private readonly audience: TicketAudience,
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
  ) {}

  @Get('access')
  @View('tickets/customer/access')
  access(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
  ) {
    return this.view(visit, actor, number, visit.form());
  }

  @Post('followers')
  @View('tickets/customer/access')
  async share(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(shareForm) form: FormState<z.output<typeof shareForm>>,
  ) {
    await this.shared(actor, number);
    await form.attempt(({ email }) => this.watching.share(actor, number, email));
    return form.failed ? this.view(visit, actor, number, form) : seeOther(`${at(number)}/access`, 'tickets.share.done');
  }

  @Post('followers/:person/removal')
  async unshare(
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Param('person', ParseUUIDPipe) person: string,
  ) {
    await this.watching.unshare(actor, number, person);
    return seeOther(`${at(number)}/access`, 'tickets.share.removed');
  }

  /** No longer follows what somebody shared with them, and so no longer sees it. */
  @Post('following')
  async leave(@CurrentActor() actor: PortalActor, @Param('number', TicketNumber) number: number) {
    await this.watching.follow(actor, number, false);
    return seeOther('/tickets', 'tickets.share.not-following');
  }

  private async shared(actor: PortalActor, number: number) {
    const ticket = await this.page.read(actor, number);
    if (!ticket.can.share) throw new NotFound();
    return ticket;
  }

  private async view(visit: Visit, actor: PortalActor, number: number, form: FormState<unknown>) {
    const ticket = await this.shared(actor, number);
    const onlookers = (await this.audience.of(ticket)).filter(({ team }) => !team);
    const t = (key: string) => visit.t(key);
    const labels = { company: await this.roles.labels(t), team: await this.teamRoles.labels(t) };
    return {
      ...audienceView(visit, ticket, onlookers, labels),
      form,
      action: `${at(number)}/followers`,
      back: { href: at(number), label: ticketNumber(number) },
      can: { share: ticket.companyId !== null, stop: true },
    };
  }
}

const at = (number: number): string => `/tickets/${ticketNumber(number)}`;
