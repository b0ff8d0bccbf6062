import { Injectable } from '@nestjs/common';
import { allowed, Conflict, keeperOf, NotFound, Refused } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { findable } from '@foyer/i18n';
import { Outbox, Signals } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { currentTenant } from '@foyer/tenancy';
import { isUnused } from './attachments.js';
import type { Arrived } from './ticket-message.entity.js';
import { changesWhatIsShown, type Happening } from './happenings.js';
import { Ticket, type TicketSource } from './ticket.entity.js';
import { changeOf, asTold, TicketAssigned, TicketChanged, TicketReopened, TicketSolved } from './ticket.events.js';
import { speaksForTeam } from './reopening/reopening-rules.js';
import { signature } from './robots.js';
import { type MessageFormat, type MessageKind, TicketMessage } from './ticket-message.entity.js';

/** The signal that says: this ticket is not what it was. Its argument is `<tenant>:<number>:<shown|team>`. */
export const TICKET_TOUCHED = 'ticket';

export interface MessageDraft {
  body: string;
  fileIds: string[];
  /** Markdown unless said otherwise. */
  format?: MessageFormat;
  quoted?: string | null;
  source?: TicketSource;
  mentionIds?: string[];
  /** Of the mail that it came by. */
  mail?: Arrived;
  /** Whether it is the team's word; otherwise as `speaksForTeam` says. */
  byTeam?: boolean;
}
/** A ticket by its number or its id. */
export type TicketRef = number | string;

/** What every verb does to the thread: finds the ticket, locked and permitted, and writes down words and happenings. */
@Injectable()
export class TicketThread {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly signals: Signals,
  ) {}

  /** Runs `verb` on a ticket on which the actor may do `action`; people at once follow one another. @throws NotFound */
  async change<T>(
    actor: PortalActor,
    action: string,
    ref: TicketRef,
    verb: (ticket: Ticket) => Promise<T>,
  ): Promise<T> {
    return this.database.write(async (em) => {
      const ticket = await this.find(actor, action, ref);
      const shown = ticket.shownAt;
      const result = await verb(ticket);
      await em.flush();
      await this.touched(ticket.number, ticket.shownAt !== shown);
      return result;
    });
  }

  /**
   * The ticket, locked until the enclosing write is over. Lock several in the order of their numbers.
   * @throws NotFound unless the actor may see it, Refused when they may not do this to it
   */
  async find(actor: PortalActor, action: string, ref: TicketRef): Promise<Ticket> {
    return this.database.write(async (em) => {
      const by = typeof ref === 'number' ? { number: ref } : { id: ref };
      const which = typeof ref === 'number' ? sql`number = ${ref}` : sql`id = ${ref}`;
      await rows(em, sql`select 1 from ${table('ticket')} where ${which} for update`);
      const ticket = await em.findOne(Ticket, by, { refresh: true });
      if (!ticket || !allowed(actor.ability, 'read', 'Ticket', ticket)) throw new NotFound();
      if (!allowed(actor.ability, action, 'Ticket', ticket)) throw new Refused();
      // What somebody wrote or set here would stay where nobody looks any more.
      if (ticket.mergedIntoId && actor.kind !== 'job' && (action === 'note' || action === 'update'))
        throw new Conflict('tickets.merge.merged');
      return ticket;
    });
  }

  async say(ticket: Ticket, author: PortalActor, kind: MessageKind, draft: MessageDraft): Promise<TicketMessage> {
    const { body, fileIds, format = 'markdown', quoted = null, source = 'portal', mentionIds = [], mail } = draft;
    return this.database.write(async (em) => {
      const message = Object.assign(new TicketMessage(), {
        ...{ ticketId: ticket.id, authorId: author.id, kind, body, format, quoted, source, mentionIds },
        data: author.id ? (mail ?? null) : signature(author),
        byTeam: draft.byTeam ?? speaksForTeam(author, ticket),
      });
      em.persist(message);
      ticket.updatedAt = new Date();
      if (kind === 'reply') ticket.shownAt = new Date();
      await em.flush();
      const names = fileIds.length > 0 ? await this.attach(message.id, author, fileIds) : [];
      const words = [...names, body].join(' ');
      await this.remember(ticket.id, kind === 'note' ? 'note' : 'reply', words);
      return message;
    });
  }

  /**
   * Only files the author uploaded and that hang on nothing yet. Of two messages that take one at once the later waits, and then
   * finds it taken. @throws Conflict
   */
  private async attach(messageId: string, author: PortalActor, fileIds: readonly string[]): Promise<string[]> {
    return this.database.write(async (em) => {
      await rows(
        em,
        sql`select 1 from ${table('file')} f where f.id = any(${fileIds}::uuid[]) order by f.id for update`,
      );
      const attached = await rows<{ name: string }>(
        em,
        sql`with attached as (
              insert into ${table('ticket_attachment')} (message_id, file_id)
              select ${messageId}, f.id from ${table('file')} f
               where f.id = any(${fileIds}::uuid[]) and f.created_by is not distinct from ${keeperOf(author)}
                 and ${isUnused()}
              returning file_id)
            select f.name from attached join ${table('file')} f on f.id = attached.file_id`,
      );
      if (attached.length < new Set(fileIds).size) throw new Conflict('files.refused.sent');
      return attached.map(({ name }) => name);
    });
  }

  /** Writes what happened into the thread and tells everybody. */
  async happened(ticket: Ticket, actor: PortalActor, happenings: Happening[]): Promise<TicketMessage[]> {
    return this.database.write(async (em) => {
      const written: TicketMessage[] = [];
      for (const happening of happenings) {
        const data = actor.id === null ? { ...signature(actor), ...happening } : happening;
        const message = Object.assign(new TicketMessage(), {
          ticketId: ticket.id,
          authorId: actor.id,
          kind: 'event',
          data,
          byTeam: speaksForTeam(actor, ticket),
        });
        em.persist(message);
        written.push(message);
        const { type, from, to } = happening;
        if (changesWhatIsShown(type)) ticket.shownAt = new Date();
        if (type === 'assignee' && to)
          await this.outbox.publish(new TicketAssigned(ticket.id, to, actor.id, message.id, asTold(ticket)), {
            by: actor,
          });
        if (type === 'status' && from !== to) {
          if (to === 'solved')
            await this.outbox.publish(new TicketSolved(ticket.id, actor.id, message.id, asTold(ticket)), {
              by: actor,
            });
          else if (from === 'solved' && to !== 'closed')
            await this.outbox.publish(new TicketReopened(ticket.id, message.id, asTold(ticket)), { by: actor });
        }
      }
      const [last, by] = [written.at(-1), actor.kind === 'job' ? actor.name : null];
      if (last)
        await this.outbox.publish(new TicketChanged(ticket.id, last.id, by, happenings.map(changeOf), asTold(ticket)), {
          by: actor,
        });
      return written;
    });
  }

  /** Adds words to those the ticket is found by. A tsvector holds a megabyte; the longest threads stop before. */
  async remember(ticketId: string, as: 'reply' | 'note', text: string): Promise<void> {
    const words = sql`to_tsvector('simple', left(${findable(text.slice(0, 20_000))}, 60000))`;
    await this.database.write((em) =>
      rows(
        em,
        as === 'note'
          ? sql`update ${table('ticket')} set note_words = note_words || ${words} where id = ${ticketId} and pg_column_size(note_words) < 500000`
          : sql`update ${table('ticket')} set words = words || ${words} where id = ${ticketId} and pg_column_size(words) < 500000`,
      ),
    );
  }

  /** Tells open pages, when the enclosing write commits; those of customers only of what they are shown. */
  async touched(number: number, shown: boolean): Promise<void> {
    const argument = `${currentTenant().id}:${number}:${shown ? 'shown' : 'team'}`;
    await this.database.write((em) => this.signals.send(em, TICKET_TOUCHED, argument));
  }
}
