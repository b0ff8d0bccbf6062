import { Injectable, type OnModuleInit } from '@nestjs/common';
import { accessible } from '@foyer/access';
import { condition, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import type { TicketStatus } from '../ticket.entity.js';
import { ticketNumber } from '../ticket-number.js';
import { statusLabel } from '../ticket-view.js';
import { type AboutToAsk, type TicketSuggestion, TicketSuggestions } from './suggestions.js';

const MOST_WORDS = 10;
/** So much of the new subject must stand in the old one. */
const ENOUGH = 0.6;

/** Tickets the actor may read that are about the same: undone, or solved not long ago. */
@Injectable()
export class LikelyDuplicates implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly suggestions: TicketSuggestions,
  ) {}

  onModuleInit(): void {
    this.suggestions.register(20, (actor, about) => this.find(actor, about));
  }

  private async find(actor: PortalActor, { subject, locale }: AboutToAsk): Promise<TicketSuggestion[]> {
    const words = wordsOf(subject);
    if (words.length === 0) return [];
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const anyWord = words.join(' | ');
    const least = Math.max(Math.min(2, words.length), Math.ceil(words.length * ENOUGH));
    const found = await this.database.read((em) =>
      rows<{ number: number; subject: string; status: TicketStatus; statusId: string | null; updatedAt: string }>(
        em,
        sql`select l.number::int, l.subject, l.status, l.status_id as "statusId", l.updated_at as "updatedAt"
              from (select t.*, (select count(*) from unnest(${words}::text[]) w
                                  where to_tsvector('simple', t.subject) @@ to_tsquery('simple', w)) as same
                      from ${table('ticket')} t
                     where ${may} and t.words @@ to_tsquery('simple', ${anyWord}) and t.merged_into_id is null
                       and (t.status in ('open', 'pending', 'on_hold') or (t.status = 'solved' and t.solved_at > now() - interval '30 days'))) l
             where l.same >= ${least} order by l.same desc, l.updated_at desc limit 5`,
      ),
    );
    return found.map((ticket) => ({
      kind: 'ticket',
      title: ticket.subject,
      text: `${ticketNumber(ticket.number)} · ${statusLabel({ locale }, ticket.status, '', ticket.statusId)}`,
      href: `/tickets/${ticketNumber(ticket.number)}`,
    }));
  }
}

/**
 * Letters and digits alone, so that no word means anything to `to_tsquery`. Short words (for, the, und, les) say little;
 * they count only where there is hardly anything else.
 */
function wordsOf(text: string): string[] {
  const all = [...new Set(text.toLowerCase().match(/[\p{L}\p{N}]{3,40}/gu) ?? [])];
  const long = all.filter((word) => word.length > 3);
  return (long.length >= 2 ? long : all).slice(0, MOST_WORDS);
}
