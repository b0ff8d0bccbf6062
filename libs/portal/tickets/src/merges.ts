import { Injectable } from '@nestjs/common';
import { Conflict, InvalidField, NotFound, Refused } from '@foyer/access';
import { Database, rows, sql, table, findableSql } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { Agents, type TicketStatus } from '@foyer/requests';
import { TicketAudience } from './access/ticket-audience.js';
import { Reopening } from './reopening/reopening.js';
import { asTold, TicketMerged, TicketOpened } from './ticket.events.js';
import { type MessageDraft, TicketThread } from './ticket-thread.js';
import { TicketsOfMonth } from './tickets-of-month.js';
import { ticketNumber } from './ticket-number.js';
import { Tickets } from './tickets.js';
import { SHOWN_TO_CUSTOMERS } from './happenings.js';
import { Ticket } from './ticket.entity.js';

export type LinkKind = 'related' | 'split' | 'follow-up';

/** Tickets and each other: merged into one, split in two, linked. Nothing is ever lost by it: messages move and can move back. */
@Injectable()
export class Merges {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly thread: TicketThread,
    private readonly tickets: Tickets,
    private readonly reopening: Reopening,
    private readonly audience: TicketAudience,
    private readonly agents: Agents,
    private readonly month: TicketsOfMonth,
  ) {}

  /**
   * Moves what was written in `from` into `into`, files and notes and all, and closes `from`. Its requester and those who
   * follow it follow the other one from then on. It is refused where somebody would read by it what they cannot read now:
   * whoever wants that shares the tickets first, which is one decision for each person, made in plain sight.
   */
  async merge(actor: PortalActor, from: number, into: number): Promise<void> {
    if (from === into) throw new InvalidField('into', 'tickets.merge.itself');
    await this.database.write(async (em) => {
      const [one, other] = await this.both(actor, from, into);
      if (other.mergedIntoId || one.mergedIntoId) throw new InvalidField('into', 'tickets.merge.already');
      await this.mustShowNothingNew(one, other);
      await rows(
        em,
        sql`update ${table('ticket_message')} set ticket_id = ${other.id}, origin_id = coalesce(origin_id, ${one.id})
             where ticket_id = ${one.id} and kind <> 'event'`,
      );
      const before = one.status;
      if (one.status !== 'closed') one.change({ status: 'closed' });
      one.mergedIntoId = other.id;
      const followed = new Set(other.watcherIds);
      other.watchedBy([one.requesterId, ...one.watcherIds]);
      const added = other.watcherIds.filter((id) => !followed.has(id));
      other.tag(one.tags, []);
      await this.told(actor, one, 'merged', other, { detail: before, added });
      await this.told(actor, other, 'merged-here', one);
      await em.flush();
      await this.reindex([one.id, other.id]);
      await this.outbox.publish(new TicketMerged(one.id, other.id, asTold(one), asTold(other)), { by: actor });
    });
  }

  /** Takes a merge back: what was written in `number` returns to it, who follows the other only because of it does no longer, and it is as open as it was. */
  async unmerge(actor: PortalActor, number: number): Promise<void> {
    await this.database.write(async (em) => {
      const merged = await this.thread.find(actor, 'merge', number);
      if (!merged.mergedIntoId) throw new Conflict('tickets.merge.not-merged');
      const into = await this.thread.find(actor, 'merge', merged.mergedIntoId);
      // What had been merged into it before goes with it.
      await rows(
        em,
        sql`with recursive family as (
              select id from ${table('ticket')} where id = ${merged.id}
              union select t.id from ${table('ticket')} t join family on t.merged_into_id = family.id)
            update ${table('ticket_message')} set ticket_id = ${merged.id}, origin_id = nullif(origin_id, ${merged.id})
             where ticket_id = ${into.id} and origin_id in (select id from family)`,
      );
      const [last] = await rows<{ was: TicketStatus; added: string[] | null }>(
        em,
        sql`select data->>'detail' as was, data->'added' as added from ${table('ticket_message')} where ticket_id = ${merged.id} and kind = 'event' and data->>'type' = 'merged'
             order by created_at desc limit 1`,
      );
      const added = new Set(last?.added ?? [merged.requesterId, ...merged.watcherIds]);
      into.watcherIds = into.watcherIds.filter((id) => !added.has(id));
      merged.mergedIntoId = null;
      if (last && last.was !== 'closed') await this.thread.happened(merged, actor, merged.change({ status: last.was }));
      await this.told(actor, into, 'unmerged', merged);
      await em.flush();
      await this.reindex([merged.id, into.id]);
    });
  }

  /** Moves some messages into a ticket of their own, of the same requester. At least one stays. */
  async split(actor: PortalActor, number: number, messageIds: string[], subject: string): Promise<Ticket> {
    return this.database.write(async (em) => {
      const ticket = await this.thread.find(actor, 'merge', number);
      await this.month.room();
      const { requesterId, companyId, categoryId, typeId, groupId, assigneeId, priority, tags, watcherIds } = ticket;
      const added = Object.assign(new Ticket(), {
        ...{ subject, requesterId, companyId, categoryId, typeId, groupId, assigneeId, priority, tags, watcherIds },
        openedById: actor.id,
        customerRepliedAt: new Date(),
      });
      em.persist(added);
      await em.flush();
      const moved = await rows<{ id: string; kind: string }>(
        em,
        sql`update ${table('ticket_message')} set ticket_id = ${added.id}, origin_id = coalesce(origin_id, ${ticket.id})
             where ticket_id = ${ticket.id} and kind <> 'event' and id = any(${messageIds}::uuid[]) returning id, kind`,
      );
      if (moved.length === 0) throw new InvalidField('message', 'tickets.split.none');
      const [left] = await rows<{ replies: number }>(
        em,
        sql`select count(*)::int as replies from ${table('ticket_message')} where ticket_id = ${ticket.id} and kind = 'reply'`,
      );
      if (left!.replies === 0) throw new InvalidField('message', 'tickets.split.all');
      await this.connect(actor, added.id, ticket.id, 'split');
      await this.told(actor, ticket, 'split', added);
      const [told] = await this.told(actor, added, 'split-here', ticket);
      await em.flush();
      await this.reindex([ticket.id, added.id]);
      const first = moved.find(({ kind }) => kind === 'reply')?.id ?? told!.id;
      await this.outbox.publish(new TicketOpened(added.id, first, false, false, asTold(added)), { by: actor });
      return added;
    });
  }

  async link(actor: PortalActor, number: number, other: number): Promise<void> {
    if (number === other) throw new InvalidField('other', 'tickets.link.itself');
    await this.database.write(async () => {
      const [one, two] = await this.both(actor, number, other, 'other');
      if (await this.connect(actor, one.id, two.id, 'related')) {
        await this.told(actor, one, 'linked', two);
        await this.told(actor, two, 'linked', one);
      }
    });
  }

  async unlink(actor: PortalActor, number: number, other: number): Promise<void> {
    await this.database.write(async (em) => {
      const [one, two] = await this.both(actor, number, other, 'other');
      const gone = await rows(
        em,
        sql`delete from ${table('ticket_link')} where (ticket_id = ${one.id} and other_id = ${two.id}) or (ticket_id = ${two.id} and other_id = ${one.id}) returning kind`,
      );
      if (gone.length === 0) throw new NotFound();
      await this.told(actor, one, 'unlinked', two);
      await this.told(actor, two, 'unlinked', one);
    });
  }

  /** A new ticket of the same customer that goes on where `number` ended, which takes nothing any more. */
  async followUp(actor: PortalActor, number: number, draft: MessageDraft): Promise<Ticket> {
    return this.database.write(async () => {
      const former = await this.thread.find(actor, 'reply', number);
      if (!(await this.reopening.chances(actor, former)).followUp) throw new Conflict('tickets.follow-up.not-closed');
      const { subject, categoryId, companyId, typeId, fields, requesterId } = former;
      // A program is nobody: it goes on for whoever asked.
      const own = actor.kind === 'key' || requesterId === actor.id;
      const ticket = await this.tickets.open(actor, {
        ...{ subject, categoryId, typeId, fields, fileIds: draft.fileIds, description: draft.body, priority: 'normal' },
        ...(actor.kind === 'key' && { requesterId }),
        ...(draft.source && { source: draft.source }),
        companyId: own ? companyId : (actor.companies.find(({ id }) => id === companyId)?.id ?? null),
      });
      await this.goesOn(actor, ticket, former);
      return ticket;
    });
  }

  /** Notes in `ticket` that it goes on where `former` ended. */
  async goesOn(actor: PortalActor, ticket: Ticket, former: Ticket): Promise<void> {
    await this.connect(actor, ticket.id, former.id, 'follow-up');
    await this.told(actor, ticket, 'follow-up', former);
  }

  /**
   * Of one company, requesters and followers are all who may see one of the two and not the other.
   * @throws InvalidField where one of them would see more
   */
  private async mustShowNothingNew(one: Ticket, other: Ticket): Promise<void> {
    if (one.companyId !== other.companyId) throw new InvalidField('into', 'tickets.merge.other-company');
    const ids = [...new Set([one, other].flatMap(({ requesterId, watcherIds }) => [requesterId, ...watcherIds]))];
    const [ofOne, ofOther] = [await this.audience.among(ids, one), await this.audience.among(ids, other)];
    if (ids.some((id) => ofOne.has(id) !== ofOther.has(id))) throw new InvalidField('into', 'tickets.merge.shows-more');
    // In the team nobody loses anything by it; but whoever's reach ends at the one's group is not to read it in the other's.
    const team = await this.agents.everybody();
    const [before, after] = [await this.audience.among(team, one), await this.audience.among(team, other)];
    if (team.some((id) => after.has(id) && !before.has(id)))
      throw new InvalidField('into', 'tickets.merge.beyond-reach');
  }

  /** Locked in the order of their numbers, so that two merges the other way round do not wait for each other. */
  private async both(actor: PortalActor, one: number, other: number, field = 'into'): Promise<[Ticket, Ticket]> {
    const find = (number: number) => this.thread.find(actor, 'merge', number).catch((error: unknown) => ({ error }));
    const [first, second] = [await find(Math.min(one, other)), await find(Math.max(one, other))];
    const [ofThePage, another] = one < other ? [first, second] : [second, first];
    // First: who may not do it here must not learn by another answer which numbers there are.
    if ('error' in ofThePage) throw ofThePage.error;
    if ('error' in another) throw unknownAt(field, another.error);
    return [ofThePage, another];
  }

  private async connect(actor: PortalActor, ticketId: string, otherId: string, kind: LinkKind): Promise<boolean> {
    const [made] = await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('ticket_link')} (ticket_id, other_id, kind, created_by_id)
            select ${ticketId}, ${otherId}, ${kind}, ${actor.id}
             where not exists (select from ${table('ticket_link')} where ticket_id = ${otherId} and other_id = ${ticketId})
            on conflict do nothing returning kind`,
      ),
    );
    return made !== undefined;
  }

  private async told(
    actor: PortalActor,
    ticket: Ticket,
    type: 'merged' | 'merged-here' | 'unmerged' | 'split' | 'split-here' | 'linked' | 'unlinked' | 'follow-up',
    { number }: Ticket,
    more: { detail?: string; added?: string[] } = {},
  ) {
    const messages = await this.thread.happened(ticket, actor, [
      { type, from: null, to: null, toName: ticketNumber(number), ...more },
    ]);
    await this.thread.touched(ticket.number, SHOWN_TO_CUSTOMERS.includes(type));
    return messages;
  }

  /** The words a ticket is found by, from its messages and their files as they are now. */
  private async reindex(ids: string[]): Promise<void> {
    const names = sql`(select string_agg(f.name, ' ') from ${table('ticket_attachment')} a join ${table('file')} f on f.id = a.file_id where a.message_id = m.id)`;
    const said = (kind: 'reply' | 'note') =>
      sql`coalesce((select string_agg(concat_ws(' ', ${names}, m.body), ' ') from ${table('ticket_message')} m where m.ticket_id = t.id and m.kind = ${kind}), '')`;
    await this.database.write((em) =>
      rows(
        em,
        sql`update ${table('ticket')} t set
              words = to_tsvector('simple', ${findableSql(sql`left(t.subject || ' ' || ${said('reply')}, 400000)`)}),
              note_words = to_tsvector('simple', ${findableSql(sql`left(${said('note')}, 400000)`)})
             where t.id = any(${ids}::uuid[])`,
      ),
    );
  }
}

/** The other ticket is missing, or not theirs to merge: the field is wrong. */
function unknownAt(field: string, error: unknown): unknown {
  const unknown = error instanceof NotFound || (error instanceof Refused && error.code === 'access.refused');
  return unknown ? new InvalidField(field, 'tickets.merge.unknown') : error;
}
