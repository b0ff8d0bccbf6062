import { Get, Injectable, Post } from '@nestjs/common';
import { type PortalActor, Roles, TeamRoles } from '@foyer/identity';
import { Ask, type Asked, type FormState, id, seeOther, show, type Visit } from '@foyer/web';
import { shareForm } from '../ticket-forms.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketPageReader } from '../ticket-page.js';
import type { TicketView } from '../ticket-detail.js';
import { type Onlooker, TicketAudience } from './ticket-audience.js';
import { Watching } from './watching.js';
import { onTicket } from '../on-ticket.js';

const sharing = { ...onTicket, form: shareForm };
const onPerson = { params: { ...onTicket.params, person: id } };

/** Who can see a ticket, and why, and sharing it: one page for both sides. A subclass says what is particular to its own. */
@Injectable()
export abstract class AccessController {
  protected abstract readonly template: string;
  /** Of the tickets: `/tickets` or the console's. */
  protected abstract readonly path: string;

  constructor(
    protected readonly watching: Watching,
    protected readonly page: TicketPageReader,
    private readonly audience: TicketAudience,
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
  ) {}

  /** The ticket, for those who may come to its page. @throws NotFound */
  protected abstract ticket(actor: PortalActor, number: number): Promise<TicketView>;
  protected abstract mayKnow(onlooker: Onlooker): boolean;
  protected abstract can(ticket: TicketView): { share: boolean; stop: boolean };

  @Get('access')
  access(@Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>) {
    return this.view(visit, actor, number, visit.form());
  }

  @Post('followers')
  async share(@Ask(sharing) { visit, actor, number, form }: Asked<typeof sharing, PortalActor>) {
    await this.ticket(actor, number);
    await form.attempt(({ email }) => this.watching.share(actor, number, email));
    return form.failed
      ? this.view(visit, actor, number, form)
      : seeOther(`${this.at(number)}/access`, 'tickets.share.done');
  }

  @Post('followers/:person/removal')
  async unshare(@Ask(onPerson) { actor, number, person }: Asked<typeof onPerson, PortalActor>) {
    await this.watching.unshare(actor, number, person);
    return seeOther(`${this.at(number)}/access`, 'tickets.share.removed');
  }

  protected at(number: number): string {
    return `${this.path}/${ticketNumber(number)}`;
  }

  private async view(visit: Visit, actor: PortalActor, number: number, form: FormState<unknown>) {
    const ticket = await this.ticket(actor, number);
    const onlookers = (await this.audience.of(ticket)).filter((one) => this.mayKnow(one));
    const t = (key: string) => visit.t(key);
    const [companyRole, teamRole] = [await this.roles.labels(t), await this.teamRoles.labels(t)];
    return show(this.template, {
      ticket: { number: ticketNumber(number), subject: ticket.subject },
      people: onlookers.map(({ role, why, ...one }) => ({
        ...one,
        role: role && (one.team ? teamRole : companyRole)(role),
        why: visit.t(`${why}-them`, { company: ticket.company ?? '' }),
        follows: ticket.watcherIds.includes(one.id),
      })),
      form,
      action: `${this.at(number)}/followers`,
      back: { href: this.at(number), label: ticketNumber(number) },
      can: this.can(ticket),
    });
  }
}
