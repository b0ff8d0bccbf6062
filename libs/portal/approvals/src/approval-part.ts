import { sql, table } from '@foyer/database';
import { TicketPart } from '@foyer/tickets';

export interface Approval {
  id: string;
  approverId: string;
  approver: string;
  askedBy: string | null;
  /** `settled`: somebody else asked at the same time has decided. */
  status: 'waiting' | 'approved' | 'rejected' | 'withdrawn' | 'settled';
  question: string;
  comment: string;
  createdAt: string;
  decidedAt: string | null;
}

/** All that were asked about a ticket, the first one first. */
export const approvalPart = new TicketPart<Approval[]>(
  'approvals',
  (ticket) => sql`
    (select coalesce(json_agg(json_build_object('id', v.id, 'approverId', v.approver_id, 'approver', w.name, 'askedBy', z.name, 'status', v.status,
              'question', v.question, 'comment', v.comment, 'createdAt', v.created_at, 'decidedAt', v.decided_at) order by v.created_at), '[]')
       from ${table('ticket_approval')} v join ${table('person')} w on w.id = v.approver_id left join ${table('person')} z on z.id = v.asked_by_id
      where v.ticket_id = ${ticket})`,
);
