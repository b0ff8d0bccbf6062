import { Injectable } from '@nestjs/common';
import { accessible } from '@foyer/access';
import { condition, Database, rows, sql, table } from '@foyer/database';
import type { PortalActor } from '@foyer/identity';
import type { TicketStatus } from '@foyer/requests';
import type { Approval } from './approval-part.js';

export interface ApprovalRow extends Omit<Approval, 'approver' | 'approverId'> {
  number: number;
  subject: string;
  ticketStatus: TicketStatus;
  statusId: string | null;
  requester: string;
  company: string | null;
}
const CURSOR = /^(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d(?:\.\d+)?\+00)~([0-9a-f-]{36})$/;

/** What somebody was asked to approve, the latest first. */
@Injectable()
export class ApprovalList {
  constructor(private readonly database: Database) {}

  async page(
    actor: PortalActor,
    { waiting, cursor, limit }: { waiting: boolean; cursor: string | null; limit: number },
  ): Promise<{ rows: ApprovalRow[]; next: string | null }> {
    const [, at, id] = CURSOR.exec(cursor ?? '') ?? [];
    // Whoever may no longer decide has nothing waiting; what they decided they see as far as they see the ticket.
    const may = condition(accessible(actor.ability, waiting ? 'approve' : 'read', 'Ticket', 't'));
    const which = waiting ? sql`v.status = 'waiting' and t.status <> 'closed'` : sql`v.status <> 'waiting'`;
    const after = at ? sql`(v.created_at, v.id) < (${at}::timestamptz, ${id}::uuid)` : sql`true`;
    const found = await this.database.read((em) =>
      rows<ApprovalRow>(
        em,
        sql`select v.id, v.status, v.question, v.comment, (v.created_at at time zone 'UTC')::text || '+00' as "createdAt", v.decided_at as "decidedAt",
                   a.name as "askedBy", t.number::int, t.subject, t.status as "ticketStatus", t.status_id as "statusId", r.name as requester, o.name as company
              from ${table('ticket_approval')} v
              join ${table('ticket')} t on t.id = v.ticket_id
              join ${table('person')} r on r.id = t.requester_id
              left join ${table('person')} a on a.id = v.asked_by_id
              left join ${table('company')} o on o.id = t.company_id
             where v.approver_id = ${actor.id} and ${which} and ${may} and ${after}
             order by v.created_at desc, v.id desc limit ${limit + 1}`,
      ),
    );
    const page = found.slice(0, limit);
    const last = page.at(-1);
    return { rows: page, next: found.length > limit && last ? `${last.createdAt}~${last.id}` : null };
  }
}
