import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import type { InboundMail } from '@foyer/inbound';
import { ReplyAddresses, Ticket } from '@foyer/tickets';

/** The ticket a mail answers, and for whom the mail of ours was that it answers. */
export interface Answered {
  ticket: Ticket;
  personId: string;
}

/** A few of those a ticket's mails go to: a seal is checked for each. */
const MAX_CANDIDATES = 1_000;

/**
 * Finds the ticket a mail belongs to: by an address of ours or a Message-ID of ours, never by its subject (security 51).
 */
@Injectable()
export class Conversations {
  constructor(
    private readonly database: Database,
    private readonly addresses: ReplyAddresses,
  ) {}

  async answeredBy(mail: InboundMail, recipient: string, senderId: string | null): Promise<Answered | null> {
    for (const address of [recipient, ...mail.to.map((to) => to.address), ...mail.cc.map((cc) => cc.address)]) {
      const found = await this.byAddress(address, senderId);
      if (found) return found;
    }
    for (const id of [mail.inReplyTo, ...[...mail.references].reverse()].slice(0, 50)) {
      const conversation = id ? this.addresses.read(id) : null;
      const ticket = conversation && (await this.lasting({ id: conversation.ticketId }));
      if (ticket) return { ticket, personId: conversation.personId };
    }
    return null;
  }

  /** The ticket that came of a person's mail which this one goes on from: their own, or one they answer all in. */
  async continuedBy(mail: InboundMail): Promise<Answered | null> {
    const ids = [mail.inReplyTo, ...mail.references].filter((id) => id !== '').slice(0, 50);
    if (ids.length === 0) return null;
    const [found] = await this.database.write((em) =>
      rows<{ id: string; personId: string }>(
        em,
        sql`select i.ticket_id as id, p.id as "personId" from ${table('inbound_mail')} i join ${table('person')} p on p.email = i.sender
             where i.message_id = any(${ids}) and i.status in ('opened', 'joined') and i.ticket_id is not null
             order by i.received_at desc limit 1`,
      ),
    );
    const ticket = found && (await this.lasting({ id: found.id }));
    return ticket ? { ticket, personId: found.personId } : null;
  }

  private async byAddress(address: string, senderId: string | null): Promise<Answered | null> {
    const number = this.addresses.numberIn(address);
    if (number === null) return null;
    const ticket = await this.database.write((em) => em.findOne(Ticket, { number }));
    if (!ticket) return null;
    for (const personId of await this.candidates(ticket, senderId))
      if (this.addresses.isFor(address, number, personId)) {
        const lasting = await this.lasting({ id: ticket.id });
        return lasting && { ticket: lasting, personId };
      }
    return null;
  }

  /** Those to whom an address of this ticket can have been given; the sender first. */
  private async candidates(ticket: Ticket, senderId: string | null): Promise<string[]> {
    const near = [senderId, ticket.requesterId, ticket.openedById, ticket.assigneeId, ...ticket.watcherIds].filter(
      (id): id is string => id !== null,
    );
    const found = await this.database.write((em) =>
      rows<{ id: string }>(
        em,
        sql`select distinct p.id from ${table('person')} p
              left join ${table('ticket_message')} m on m.ticket_id = ${ticket.id} and m.author_id = p.id
             where p.team_role is not null or m.id is not null limit ${MAX_CANDIDATES}`,
      ),
    );
    return [...new Set([...near, ...found.map(({ id }) => id)])];
  }

  /** The ticket itself, or the one it went into. */
  private async lasting(by: { id: string }): Promise<Ticket | null> {
    return this.database.write(async (em) => {
      let ticket = await em.findOne(Ticket, by);
      for (let steps = 0; ticket?.mergedIntoId && steps < 10; steps++)
        ticket = await em.findOne(Ticket, { id: ticket.mergedIntoId });
      return ticket;
    });
  }
}
