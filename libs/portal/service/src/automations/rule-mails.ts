import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { type Addressee, type Notice, Notices, type Reader } from '@foyer/notify';
import { Groups } from '@foyer/requests';
import { currentTenant } from '@foyer/tenancy';
import { type AboutTicket, TicketAudience, ticketNumber } from '@foyer/tickets';
import { type Filling, filled } from '../macros/placeholders.js';
import type { MailAction } from './automations.js';

interface Facts {
  ticket: { number: number; subject: string; groupId: string | null; assigneeId: string | null; requesterId: string };
  more: object;
}
export type Audience = MailAction['to'];

/** Mails that rules and clocks write about a ticket. */
@Injectable()
export class RuleMails {
  private readonly rule: Notice<AboutTicket, Facts>;
  private readonly late: Notice<AboutTicket, Facts>;

  constructor(
    private readonly database: Database,
    private readonly port: Notices,
    private readonly groups: Groups,
    private readonly onlookers: TicketAudience,
  ) {
    const declare = (kind: 'rule' | 'late', as: 'reader' | 'colleague') =>
      this.port.declare<AboutTicket, Facts>({
        ...{ name: `service.${kind}`, template: `service/email/${kind}`, class: 'service', one: 'address' },
        // An address outside of the portal is named by the rule itself.
        mayKnow: async (readers, about) => [
          ...(await this.onlookers.mayKnow(readers, about, as)),
          ...readers.filter(({ id }) => id === null),
        ],
        letter: (reader, facts) => letter(reader, facts),
      });
    this.rule = declare('rule', 'reader');
    this.late = declare('late', 'colleague');
  }

  async send(ticketId: string, { to, text }: MailAction, values: Filling, cause: string): Promise<void> {
    // A mail is plain text: what a reply would need as a backslash would stand there.
    const body = filled(text, values).replace(/\\([\\`*_[\]<>])/g, '$1');
    await this.tell(this.rule, ticketId, [to], { body }, cause);
  }

  /** That something is late, or nearly. */
  async warn(ticketId: string, to: readonly Audience[], clock: object, cause: string): Promise<void> {
    await this.tell(this.late, ticketId, to, clock, cause);
  }

  private async tell(
    notice: Notice<AboutTicket, Facts>,
    ticketId: string,
    to: readonly Audience[],
    more: object,
    id: string,
  ) {
    const ticket = await this.ticket(ticketId);
    if (!ticket) return;
    const named = await Promise.all(to.map((audience) => this.named(audience, ticket)));
    await this.port.notify(notice, { ticketId }, { id, to: named.flat(), facts: { ticket, more } });
  }

  private async named(audience: Audience, { groupId, ...ticket }: Facts['ticket']): Promise<Addressee[]> {
    if (audience.includes('@')) return [{ address: audience, name: audience, locale: null }];
    if (audience === 'group') return (await this.groups.find(groupId))?.memberIds ?? [];
    const id = audience === 'requester' ? ticket.requesterId : ticket.assigneeId;
    return id === null ? [] : [id];
  }

  private async ticket(ticketId: string): Promise<Facts['ticket'] | undefined> {
    const [ticket] = await this.database.read((em) =>
      rows<Facts['ticket']>(
        em,
        sql`select number::int, subject, group_id as "groupId", assignee_id as "assigneeId", requester_id as "requesterId"
              from ${table('ticket')} where id = ${ticketId}`,
      ),
    );
    return ticket;
  }
}

/** Somebody outside learns of the ticket what the mail says, and no way into the portal. */
function letter({ id, name, team }: Reader, { ticket, more }: Facts) {
  const isRequester = id === ticket.requesterId;
  if (id !== null && !isRequester && !team) return null;
  const number = ticketNumber(ticket.number);
  const url = id === null ? null : `${currentTenant().origin}${isRequester ? '' : '/console'}/tickets/${number}`;
  return { data: { ...more, name, number, subject: ticket.subject, url } };
}
