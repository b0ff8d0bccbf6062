import { Injectable } from '@nestjs/common';
import { InvalidField, NotFound, holds } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import type { Ticket } from '../ticket.entity.js';
import { asTold, TicketFollowed, TicketShared } from '../ticket.events.js';
import { TicketThread } from '../ticket-thread.js';

/** Who follows a ticket beside requester and assignee. A customer who follows it sees it and gets its mails. */
@Injectable()
export class Watching {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly thread: TicketThread,
  ) {}

  /**
   * Lets somebody see and follow the ticket, by their address. Customers share with colleagues of the ticket's company;
   * the team with anybody who has an account.
   */
  async share(actor: PortalActor, ref: number, email: string): Promise<void> {
    await this.thread.change(actor, 'share', ref, async (ticket) => {
      const person = await this.shareable(actor, ticket, email);
      // The same words whether there is no such person or they are of another company.
      if (!person)
        throw new InvalidField('email', ofTeam(actor) ? 'tickets.share.unknown' : 'tickets.share.no-colleague');
      if (person.id === ticket.requesterId || ticket.watcherIds.includes(person.id)) return;
      ticket.watchedBy([person.id]);
      const [message] = await this.thread.happened(ticket, actor, [
        { type: 'shared', from: null, to: person.id, toName: person.name },
      ]);
      await this.outbox.publish(new TicketShared(ticket.id, person.id, message!.id, asTold(ticket)), { by: actor });
    });
  }

  async unshare(actor: PortalActor, ref: number, personId: string): Promise<void> {
    await this.thread.change(actor, 'share', ref, (ticket) => this.drop(actor, ticket, personId));
  }

  /** Of the team: follows the ticket oneself, or no longer. */
  async follow(actor: PortalActor, ref: number, follows: boolean): Promise<void> {
    await this.thread.change(actor, 'read', ref, async (ticket) => {
      const before = ticket.watcherIds;
      if (follows && holds(actor.ability, 'read', 'Desk')) ticket.watchedBy([actor.id!]);
      else if (before.includes(actor.id!)) ticket.watcherIds = before.filter((id) => id !== actor.id);
      if (ticket.watcherIds === before) return;
      const followed = ticket.watcherIds.includes(actor.id!);
      await this.outbox.publish(new TicketFollowed(ticket.id, actor.id!, followed, asTold(ticket)), { by: actor });
    });
  }

  private async drop(actor: PortalActor, ticket: Ticket, personId: string): Promise<void> {
    // Whom customers are not shown they do not send away.
    const isTheirs = ticket.watcherIds.includes(personId) && (ofTeam(actor) || !(await this.isOfTeam(personId)));
    if (!isTheirs) throw new NotFound();
    ticket.watcherIds = ticket.watcherIds.filter((id) => id !== personId);
    await this.thread.happened(ticket, actor, [{ type: 'unshared', from: null, to: personId }]);
  }

  private async isOfTeam(personId: string): Promise<boolean> {
    const found = await this.database.read((em) =>
      rows(em, sql`select 1 from ${table('person')} p where p.id = ${personId} and p.team_role is not null`),
    );
    return found.length > 0;
  }

  private async shareable(actor: PortalActor, ticket: Ticket, email: string) {
    const colleague = sql`exists (select from ${table('membership')} m where m.person_id = p.id and m.company_id = ${ticket.companyId})`;
    const [person] = await this.database.read((em) =>
      rows<{ id: string; name: string }>(
        em,
        sql`select p.id, p.name from ${table('person')} p
             where lower(p.email) = ${email} and p.status = 'active' and ${ofTeam(actor) ? sql`true` : colleague}`,
      ),
    );
    return person;
  }
}

/** Shares as the team does: with anybody. */
const ofTeam = ({ ability }: PortalActor): boolean => holds(ability, 'share', 'Desk');
