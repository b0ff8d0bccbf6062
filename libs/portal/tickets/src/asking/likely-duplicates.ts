import { Injectable, type OnModuleInit } from '@nestjs/common';
import { accessible } from '@foyer/access';
import { condition, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import type { TicketStatus } from '@foyer/requests';
import { type AboutToAsk, type TicketSuggestion, ticketSuggestions } from '@foyer/places';
import { Slots } from '@foyer/slots';
import { ticketNumber } from '../ticket-number.js';
import { statusLabel } from '../ticket-view.js';
import { sameWords, tellingWords } from './word-likeness.js';

/** Looked through, from the latest on: what one person or company has undone or had solved lately is rarely more. */
const MOST_TICKETS = 400;
const MOST_OFFERED = 5;
/** So much of what the new subject is about must stand in the old one. */
const ENOUGH = 0.6;

interface Before {
  number: number;
  subject: string;
  status: TicketStatus;
  statusId: string | null;
}

/** Tickets the actor may read that are about the same: undone, or solved not long ago. */
@Injectable()
export class LikelyDuplicates implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.slots.fill(ticketSuggestions, 20, (actor, about) => this.find(actor, about));
  }

  private async find(actor: PortalActor, { subject, locale }: AboutToAsk): Promise<TicketSuggestion[]> {
    const words = tellingWords(subject);
    if (words.length === 0) return [];
    const least = Math.max(Math.min(2, words.length), Math.ceil(words.length * ENOUGH));
    const found = (await this.lately(actor))
      .map((ticket) => ({ ...ticket, same: sameWords(words, tellingWords(ticket.subject)) }))
      .filter(({ same }) => same >= least)
      .sort((one, other) => other.same - one.same)
      .slice(0, MOST_OFFERED);
    return found.map((ticket) => ({
      kind: 'ticket',
      title: ticket.subject,
      text: `${ticketNumber(ticket.number)} · ${statusLabel({ locale }, ticket.status, '', ticket.statusId)}`,
      href: `/tickets/${ticketNumber(ticket.number)}`,
    }));
  }

  /** Words are compared here and not there: an index knows whole words, and these are few. */
  private async lately({ ability }: PortalActor): Promise<Before[]> {
    const may = condition(accessible(ability, 'read', 'Ticket', 't'));
    return this.database.read((em) =>
      rows<Before>(
        em,
        sql`select t.number::int, t.subject, t.status, t.status_id as "statusId"
              from ${table('ticket')} t
             where ${may} and t.merged_into_id is null
               and (t.status in ('open', 'pending', 'on_hold') or (t.status = 'solved' and t.solved_at > now() - interval '30 days'))
             order by t.updated_at desc, t.id desc limit ${MOST_TICKETS}`,
      ),
    );
  }
}
