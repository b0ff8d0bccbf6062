import { Param, Post } from '@nestjs/common';
import type { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { Can, ConsoleController, CurrentActor, Feature, Form, type FormState, seeOther } from '@foyer/web';
import { followForm } from '../ticket-forms.js';
import { TicketNumber } from '../ticket-number.pipe.js';
import type { TicketView } from '../ticket-detail.js';
import { AccessController } from './access.controller.js';

/** For the team: everybody who sees a ticket, and one's own following. */
@ConsoleController('tickets/:number')
@Feature('tickets')
@Can('read', 'Desk')
export class TeamAccessController extends AccessController {
  protected readonly template = 'tickets/team/access';
  protected readonly path = '/console/tickets';

  @Post('following')
  async follow(
    @CurrentActor() actor: PortalActor,
    @Param('number', TicketNumber) number: number,
    @Form(followForm) form: FormState<z.output<typeof followForm>>,
  ) {
    const { follow } = form.value;
    await this.watching.follow(actor, number, follow);
    return seeOther(
      (await this.page.isOpenTo(actor, number)) ? this.at(number) : this.path,
      follow ? 'tickets.share.following' : 'tickets.share.not-following',
    );
  }

  protected ticket(actor: PortalActor, number: number): Promise<TicketView> {
    return this.page.read(actor, number);
  }

  protected mayKnow(): boolean {
    return true;
  }

  protected can({ can: { share } }: TicketView) {
    return { share, stop: share };
  }
}
