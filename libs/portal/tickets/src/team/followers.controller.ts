import { Get, Param, ParseUUIDPipe, Post } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { Roles, TeamRoles } from '@foyer/identity';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Form,
  type FormState,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { followForm, shareForm } from '../ticket-forms.js';
import { TicketAudience } from '../ticket-audience.js';
import { audienceView } from '../ticket-view.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketNumber } from '../ticket-number.pipe.js';
import { TicketPageReader } from '../ticket-page.js';
import { Watching } from '../watching.js';

/** Who sees and follows a ticket: the list with its reasons, sharing, and one's own following. */
@ConsoleController('tickets/:number')
@Feature('tickets')
@Can('read', 'Desk')
export class FollowersController {
  constructor(
    private readonly watching: Watching,
    private readonly page: TicketPageReader,
    private readonly audience: TicketAudience,
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
  ) {}

  @Get('access')
  @View('tickets/team/access')
  access(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
  ) {
    return this.view(visit, actor, number, visit.form());
  }

  @Post('followers')
  @View('tickets/team/access')
  async share(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(shareForm) form: FormState<z.output<typeof shareForm>>,
  ) {
    await this.page.mayRead(actor, number);
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

  @Post('following')
  async follow(
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(followForm) form: FormState<z.output<typeof followForm>>,
  ) {
    await this.watching.follow(actor, number, form.value.follow);
    return seeOther(
      (await this.page.isOpenTo(actor, number)) ? at(number) : PATH,
      form.value.follow ? 'tickets.share.following' : 'tickets.share.not-following',
    );
  }

  private async view(visit: Visit, actor: PortalActor, number: number, form: FormState<unknown>) {
    const ticket = await this.page.read(actor, number);
    const t = (key: string) => visit.t(key);
    const labels = { company: await this.roles.labels(t), team: await this.teamRoles.labels(t) };
    return {
      ...audienceView(visit, ticket, await this.audience.of(ticket), labels),
      form,
      action: `${at(number)}/followers`,
      back: { href: at(number), label: ticketNumber(number) },
      can: { share: ticket.can.share, stop: ticket.can.share },
    };
  }
}

const PATH = '/console/tickets';
const at = (number: number): string => `${PATH}/${ticketNumber(number)}`;
