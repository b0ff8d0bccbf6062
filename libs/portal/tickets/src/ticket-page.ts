import { Injectable } from '@nestjs/common';
import { accessible, allowed, NotFound, why } from '@foyer/access';
import { condition, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import type { Happening, Priority, TicketStatus } from './ticket.entity.js';
import type { MessageKind } from './ticket-message.entity.js';

export interface ThreadMessage {
  id: string;
  kind: MessageKind;
  body: string;
  data: (Happening & { fromName: string | null; toName: string | null }) | null;
  createdAt: string;
  authorId: string | null;
  author: string | null;
  byTeam: boolean;
  attachments: { id: string; name: string; size: number; type: string }[];
}
export interface TicketDetail {
  id: string;
  number: number;
  subject: string;
  status: TicketStatus;
  priority: Priority;
  createdAt: string;
  updatedAt: string;
  requesterId: string;
  requester: string;
  requesterEmail: string;
  companyId: string | null;
  company: string | null;
  assigneeId: string | null;
  assignee: string | null;
  categoryId: string | null;
  category: string | null;
  messages: ThreadMessage[];
}
export interface TicketView extends TicketDetail {
  can: { reply: boolean; note: boolean; update: boolean; solve: boolean; reopen: boolean };
  /** Message key of the rule by which the actor sees it. */
  why: string | null;
}

/** One ticket with its thread, in one statement; notes and the team's doings only for those who may read them. */
@Injectable()
export class TicketPageReader {
  constructor(private readonly database: Database) {}

  async read(actor: PortalActor, number: number): Promise<TicketView> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const visible = actor.ability.can('read', 'Note')
      ? sql`true`
      : sql`(m.kind = 'reply' or (m.kind = 'event' and m.data->>'type' = 'status'))`;
    const [ticket] = await this.database.read((em) =>
      rows<TicketDetail>(
        em,
        sql`select t.id, t.number::int, t.subject, t.status, t.priority, t.created_at as "createdAt", t.updated_at as "updatedAt",
                   t.requester_id as "requesterId", r.name as requester, r.email as "requesterEmail", t.company_id as "companyId", o.name as company,
                   t.assignee_id as "assigneeId", a.name as assignee, t.category_id as "categoryId", c.name as category,
                   (select coalesce(json_agg(json_build_object(
                             'id', m.id, 'kind', m.kind, 'body', m.body, 'createdAt', m.created_at, 'authorId', m.author_id, 'author', p.name,
                             'byTeam', p.team_role is not null and p.id <> t.requester_id,
                             'data', case when m.data is null then null else m.data::jsonb || jsonb_build_object(
                               'fromName', coalesce((select name from ${table('person')} where id::text = m.data->>'from'), (select name from ${table('ticket_category')} where id::text = m.data->>'from')),
                               'toName', coalesce((select name from ${table('person')} where id::text = m.data->>'to'), (select name from ${table('ticket_category')} where id::text = m.data->>'to'))) end,
                             'attachments', (select coalesce(json_agg(json_build_object('id', f.id, 'name', f.name, 'size', f.size, 'type', f.type) order by f.id), '[]')
                                               from ${table('ticket_attachment')} x join ${table('file')} f on f.id = x.file_id where x.message_id = m.id)
                           ) order by m.created_at, m.id), '[]')
                      from ${table('ticket_message')} m left join ${table('person')} p on p.id = m.author_id
                     where m.ticket_id = t.id and ${visible}) as messages
              from ${table('ticket')} t
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = t.assignee_id
              left join ${table('company')} o on o.id = t.company_id
              left join ${table('ticket_category')} c on c.id = t.category_id
             where t.number = ${number} and ${may}`,
      ),
    );
    if (!ticket) throw new NotFound();
    const can = (action: string) => allowed(actor.ability, action, 'Ticket', ticket);
    const over = ticket.status === 'closed';
    return {
      ...ticket,
      can: {
        reply: !over && can('reply'),
        note: can('note'),
        update: can('update'),
        solve: !over && ticket.status !== 'solved' && can('solve'),
        reopen: ticket.status === 'solved' && can('reopen'),
      },
      why: why(actor.ability, 'read', 'Ticket', ticket),
    };
  }

  /** The stored file behind an attachment, if the actor may see the message it hangs on. */
  async attachment(actor: PortalActor, number: number, fileId: string): Promise<{ id: string; name: string }> {
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const visible = actor.ability.can('read', 'Note') ? sql`true` : sql`m.kind = 'reply'`;
    const [file] = await this.database.read((em) =>
      rows<{ id: string; name: string }>(
        em,
        sql`select f.id, f.name from ${table('ticket')} t
              join ${table('ticket_message')} m on m.ticket_id = t.id
              join ${table('ticket_attachment')} x on x.message_id = m.id
              join ${table('file')} f on f.id = x.file_id
             where t.number = ${number} and f.id = ${fileId} and ${may} and ${visible}`,
      ),
    );
    if (!file) throw new NotFound();
    return file;
  }
}
