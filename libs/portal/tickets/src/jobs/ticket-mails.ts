import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { Mailer } from '@foyer/mail';
import { currentTenant } from '@foyer/tenancy';
import { ReplyAddresses } from '../reply-addresses.js';
import { TicketAssigned, TicketOpened, TicketReplied, TicketSolved } from '../ticket.events.js';
import { ticketNumber } from '../ticket-number.js';

interface Facts {
  id: string;
  number: number;
  subject: string;
  body: string;
  author_id: string | null;
  author: string | null;
  requester_id: string;
  requester: string;
  requester_email: string;
  requester_locale: string | null;
  assignee_id: string | null;
  assignee: string | null;
  assignee_email: string | null;
  assignee_locale: string | null;
}
interface Recipient {
  id: string;
  name: string;
  address: string;
  locale: string | null;
}

/**
 * Tells people by mail what happened to their tickets. All mails about a ticket refer to one id that no mail has
 * (RFC 5322, 3.6.4), so that mail programs show them as one conversation whoever got which.
 */
@Injectable()
export class TicketMails {
  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly addresses: ReplyAddresses,
  ) {}

  @OnEvent(TicketOpened, 'tickets.mail-opened')
  async opened({ ticketId, messageId }: TicketOpened): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (!facts) return;
      await this.send('opened', facts, requester(facts), messageId);
      for (const member of await this.team())
        if (member.id !== facts.author_id) await this.send('new-for-team', facts, member, messageId);
    });
  }

  @OnEvent(TicketReplied, 'tickets.mail-replied')
  async replied({ ticketId, messageId }: TicketReplied): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (!facts) return;
      const others = [requester(facts), assignee(facts)].filter(
        (person) => person !== null && person.id !== facts.author_id,
      );
      for (const person of others) await this.send('replied', facts, person!, messageId);
    });
  }

  @OnEvent(TicketAssigned, 'tickets.mail-assigned')
  async assigned({ ticketId, assigneeId, byId, messageId }: TicketAssigned): Promise<void> {
    if (assigneeId === byId) return;
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      const person = facts && assignee(facts);
      if (facts && person?.id === assigneeId) await this.send('assigned', facts, person, messageId);
    });
  }

  @OnEvent(TicketSolved, 'tickets.mail-solved')
  async solved({ ticketId, byId, messageId }: TicketSolved): Promise<void> {
    await this.database.write(async () => {
      const facts = await this.facts(ticketId, messageId);
      if (facts && facts.requester_id !== byId) await this.send('solved', facts, requester(facts), messageId);
    });
  }

  private async send(kind: string, facts: Facts, to: Recipient, messageId: string): Promise<void> {
    const forTeam = to.id !== facts.requester_id;
    const number = ticketNumber(facts.number);
    const key = `tickets.${kind}:${messageId}:${to.id}`;
    const messageIdOfMail = this.addresses.messageIdFor({ ticketId: facts.id, personId: to.id }, key);
    await this.mailer.queue({
      to,
      template: `tickets/email/${kind}`,
      data: {
        name: to.name,
        number,
        subject: facts.subject,
        body: facts.body,
        author: facts.author ?? '',
        requester: facts.requester,
        url: `${currentTenant().origin}${forTeam ? '/console' : ''}/tickets/${number}`,
      },
      key,
      locale: to.locale ?? '',
      thread: { messageId: messageIdOfMail, references: [threadRoot(facts.id)] },
      replyTo: this.addresses.addressFor(facts.number, to.id),
    });
  }

  private async facts(ticketId: string, messageId: string): Promise<Facts | undefined> {
    const [facts] = await this.database.write((em) =>
      rows<Facts>(
        em,
        sql`select t.id, t.number::int, t.subject, m.body, m.author_id, w.name as author,
                   r.id as requester_id, r.name as requester, r.email as requester_email, r.locale as requester_locale,
                   a.id as assignee_id, a.name as assignee, a.email as assignee_email, a.locale as assignee_locale
              from ${table('ticket')} t
              join ${table('ticket_message')} m on m.id = ${messageId} and m.ticket_id = t.id
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = t.assignee_id
              left join ${table('person')} w on w.id = m.author_id
             where t.id = ${ticketId}`,
      ),
    );
    return facts;
  }

  private team(): Promise<Recipient[]> {
    return this.database.write((em) =>
      rows<Recipient>(
        em,
        sql`select id, name, email as address, locale from ${table('person')} where team_role in ('owner', 'admin', 'agent') and status = 'active' limit 200`,
      ),
    );
  }
}

const threadRoot = (ticketId: string): string => `<ticket.${ticketId}@${new URL(currentTenant().origin).hostname}>`;

const requester = (facts: Facts): Recipient => ({
  id: facts.requester_id,
  name: facts.requester,
  address: facts.requester_email,
  locale: facts.requester_locale,
});

function assignee(facts: Facts): Recipient | null {
  if (!facts.assignee_id || !facts.assignee_email) return null;
  return {
    id: facts.assignee_id,
    name: facts.assignee ?? '',
    address: facts.assignee_email,
    locale: facts.assignee_locale,
  };
}
