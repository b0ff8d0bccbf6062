import { Post } from '@nestjs/common';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, seeOther } from '@foyer/web';
import { followForm } from '../ticket-forms.js';
import type { TicketView } from '../ticket-detail.js';
import { AccessController } from './access.controller.js';
import { onTicket } from '../on-ticket.js';

const following = { ...onTicket, form: followForm };

/** For the team: everybody who sees a ticket, and one's own following. */
@ConsoleController('tickets/:number', { feature: 'tickets', can: ['read', 'Desk'] })
export class TeamAccessController extends AccessController {
  protected readonly template = 'tickets/team/access';
  protected readonly path = '/console/tickets';

  @Post('following')
  async follow(@Ask(following) { actor, number, form }: Asked<typeof following, PortalActor>) {
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
