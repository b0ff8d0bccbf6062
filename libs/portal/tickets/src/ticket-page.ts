import { Injectable } from '@nestjs/common';
import { accessible, allowed, holds, NotFound, why } from '@foyer/access';
import { ALPHABETICAL, condition, Database, join, rows, sql, type Sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import { saidCategory } from '@foyer/requests';
import { Settings } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { currentTenant } from '@foyer/tenancy';
import { Reopening } from './reopening/reopening.js';
import { ticketNumber } from './ticket-number.js';
import { saidByTeam, SHOWN_AT } from './ticket-sides.js';
import { ticketParts } from './ticket-parts.js';
import { shownDraftOf } from './asking/drafts.js';
import { SHOWN_TO_CUSTOMERS } from './happenings.js';
import type { TicketDetail, TicketView } from './ticket-detail.js';

/** How much of a thread is read: a long one shows where it began and what came last. */
export type ThreadPart = 'whole' | 'ends' | 'none';
const LONG = { more: 50, first: 5, last: 30 };

/** One ticket with its thread and what hangs on it, in one statement; notes and the team's doings only for those who may read them. */
@Injectable()
export class TicketPageReader {
  constructor(
    private readonly database: Database,
    private readonly reopening: Reopening,
    private readonly settings: Settings,
    private readonly slots: Slots,
  ) {}

  async read(actor: PortalActor, number: number, part: ThreadPart = 'whole'): Promise<TicketView> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const other = condition(accessible(actor.ability, 'read', 'Ticket', 'l'));
    const ofTeam = holds(actor.ability, 'read', 'Note');
    const shown = {
      whole: sql`true`,
      ends: sql`(m.total <= ${LONG.more}::int or m.place <= ${LONG.first}::int or m.place > m.total - ${LONG.last}::int)`,
      none: sql`false`,
    }[part];
    const data = ofTeam ? sql`m.data::jsonb` : sql`m.data::jsonb - 'by' - 'byKey' - 'added' - 'addressed'`;
    const [ticket] = await this.database.read((em) =>
      rows<TicketDetail>(
        em,
        sql`select t.id, t.number::int, t.subject, t.status, t.status_id as "statusId", t.priority, t.created_at as "createdAt", ${ofTeam ? sql`t.updated_at` : SHOWN_AT} as "updatedAt",
                   t.solved_at as "solvedAt", t.due_at as "dueAt", ${ofTeam ? sql`t.snoozed_until` : sql`null::timestamptz`} as "snoozedUntil", t.customer_replied_at as "customerRepliedAt", t.team_replied_at as "teamRepliedAt",
                   t.requester_id as "requesterId", r.name as requester, r.email as "requesterEmail", b.name as "openedBy", t.company_id as "companyId", o.name as company,
                   t.assignee_id as "assigneeId", a.name as assignee, t.category_id as "categoryId", ${saidCategory('c')} as category,
                   t.group_id as "groupId", t.type_id as "typeId", t.source, t.approval, to_json(t.tags) as tags, t.fields, to_json(t.watcher_ids) as "watcherIds",
                   (select coalesce(json_agg(json_build_object('id', w.id, 'name', w.name, 'team', w.team_role is not null) order by w.name ${ALPHABETICAL}), '[]')
                      from ${table('person')} w where w.id = any(t.watcher_ids)) as watchers,
                   (select l.number::int from ${table('ticket')} l where l.id = t.merged_into_id and ${other}) as "mergedInto",
                   (select coalesce(json_agg(json_build_object('number', l.number, 'subject', l.subject, 'status', l.status, 'statusId', l.status_id, 'kind', k.kind) order by l.number), '[]')
                      from (select other_id as id, kind from ${table('ticket_link')} where ticket_id = t.id
                            union select ticket_id, kind from ${table('ticket_link')} where other_id = t.id) k
                      join ${table('ticket')} l on l.id = k.id where ${other}) as links,
                   ${this.parts()} as parts,
                   ${shownDraftOf(actor, replyPlace(number))} as draft,
                   ${shownDraftOf(actor, notePlace(number))} as "noteDraft",
                   (select coalesce(json_agg(json_build_object(
                             'id', m.id, 'kind', m.kind, 'body', m.body, 'format', m.format, 'quoted', m.quoted, 'source', m.source,
                             'createdAt', m.created_at, 'authorId', m.author_id, 'author', p.name,
                             'origin', (select n.number from ${table('ticket')} n where n.id = m.origin_id),
                             'byTeam', ${saidByTeam('m', 'p', 't')}, 'place', m.place, 'said', m.said,
                             'data', case when m.kind <> 'event' then ${data} else ${data} || jsonb_build_object(
                               'fromName', coalesce(m.data->>'fromName', (select name from ${table('person')} where id::text = m.data->>'from')),
                               'toName', coalesce(m.data->>'toName', (select name from ${table('person')} where id::text = m.data->>'to')),
                               'fromCategory', (select ${saidCategory('k')} from ${table('ticket_category')} k where k.id::text = m.data->>'from'),
                               'toCategory', (select ${saidCategory('k')} from ${table('ticket_category')} k where k.id::text = m.data->>'to')) end,
                             'attachments', (select coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'size', f.size, 'type', f.type) order by f.id), '[]')
                                               from ${table('ticket_attachment')} x join ${table('file')} f on f.id = x.file_id where x.message_id = m.id)
                           ) order by m.created_at, m.id), '[]')
                      from (select m.*, row_number() over thread as place, count(*) filter (where m.kind <> 'event') over thread as said, count(*) over () as total
                              from ${table('ticket_message')} m where m.ticket_id = t.id and ${visible(actor)}
                            window thread as (order by m.created_at, m.id)) m
                      left join ${table('person')} p on p.id = m.author_id
                     where ${shown}) as messages,
                   (select coalesce(json_agg(json_build_object('name', w.name, 'team', w.team) order by w.since), '[]')
                      from (select p.name, (array_agg(${saidByTeam('m', 'p', 't')} order by m.created_at desc))[1] as team, min(m.created_at) as since
                              from ${table('ticket_message')} m join ${table('person')} p on p.id = m.author_id
                             where m.ticket_id = t.id and m.kind = 'reply' group by p.name) w) as writers
              from ${table('ticket')} t
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = t.assignee_id
              left join ${table('person')} b on b.id = t.opened_by_id
              left join ${table('company')} o on o.id = t.company_id
              left join ${table('ticket_category')} c on c.id = t.category_id
             where t.number = ${number} and ${may}`,
      ),
    );
    if (!ticket) throw new NotFound();
    const can = (action: string) => allowed(actor.ability, action, 'Ticket', ticket);
    const over = ticket.status === 'closed';
    const chances = await this.reopening.chances(actor, ticket);
    return {
      ...ticket,
      business: (await this.settings.get('general')).name || currentTenant().name,
      can: {
        reply: chances.reply && can('reply'),
        note: ticket.mergedInto === null && can('note'),
        update: ticket.mergedInto === null && can('update'),
        solve: !over && ticket.status !== 'solved' && can('solve'),
        reopen: chances.reopen && can('reopen'),
        followUp: chances.followUp && ticket.mergedInto === null && can('reply'),
        share: can('share'),
        merge: can('merge'),
        export: can('export'),
      },
      reopensUntil: chances.until?.toISOString() ?? null,
      why: why(actor.ability, 'read', 'Ticket', ticket),
    };
  }

  private parts(): Sql {
    const parts = this.slots.of(ticketParts).map(({ name, select }) => sql`${name}::text, ${select(sql`t.id`)}`);
    return parts.length > 0 ? sql`json_build_object(${join(parts, ', ')})` : sql`'{}'::json`;
  }

  /** @throws NotFound unless the actor may see the ticket */
  async mayRead(actor: PortalActor, number: number): Promise<void> {
    if (!(await this.isOpenTo(actor, number))) throw new NotFound();
  }

  async isOpenTo({ ability }: PortalActor, number: number): Promise<boolean> {
    const may = condition(accessible(ability, 'read', 'Ticket', 't'));
    const found = await this.database.read((em) =>
      rows(em, sql`select 1 from ${table('ticket')} t where t.number = ${number} and ${may}`),
    );
    return found.length > 0;
  }

  /** The stored file behind an attachment, if the actor may see the message it hangs on. */
  async attachment(actor: PortalActor, number: number, fileId: string): Promise<{ id: string; name: string }> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const [file] = await this.database.read((em) =>
      rows<{ id: string; name: string }>(
        em,
        sql`select f.id, f.name from ${table('ticket')} t
              join ${table('ticket_message')} m on m.ticket_id = t.id
              join ${table('ticket_attachment')} x on x.message_id = m.id
              join ${table('file')} f on f.id = x.file_id
             where t.number = ${number} and f.id = ${fileId} and ${may} and m.kind <> 'event' and ${visible(actor)}`,
      ),
    );
    if (!file) throw new NotFound();
    return file;
  }
}

/** Where a reply that was begun is kept. */
export const replyPlace = (number: number): string => `reply:${ticketNumber(number)}`;
export const notePlace = (number: number): string => `note:${ticketNumber(number)}`;

/** Customers read replies, and what happened where it concerns them; `m` is the message. */
const visible = ({ ability }: PortalActor): Sql =>
  holds(ability, 'read', 'Note')
    ? sql`true`
    : sql`(m.kind = 'reply' or (m.kind = 'event' and m.data->>'type' = any(${SHOWN_TO_CUSTOMERS}::text[])))`;
