import { Post } from '@nestjs/common';
import { Refused } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, PortalController, seeOther } from '@foyer/web';
import type { TicketView } from '../ticket-detail.js';
import { AccessController } from './access.controller.js';
import type { Onlooker } from './ticket-audience.js';
import { onTicket } from '../on-ticket.js';

/** For customers who may share a ticket: who of their side sees it. */
@PortalController('tickets/:number', { feature: 'tickets' })
export class CustomerAccessController extends AccessController {
  protected readonly template = 'tickets/customer/access';
  protected readonly path = '/tickets';

  /** No longer follows what somebody shared with them, and so no longer sees it. */
  @Post('following')
  async leave(@Ask(onTicket) { actor, number }: Asked<typeof onTicket, PortalActor>) {
    await this.watching.follow(actor, number, false);
    return seeOther(this.path, 'tickets.share.not-following');
  }

  protected async ticket(actor: PortalActor, number: number): Promise<TicketView> {
    const ticket = await this.page.read(actor, number);
    if (!ticket.can.share) throw new Refused();
    return ticket;
  }

  protected mayKnow({ team }: Onlooker): boolean {
    return !team;
  }

  protected can({ companyId }: TicketView) {
    return { share: companyId !== null, stop: true };
  }
}
