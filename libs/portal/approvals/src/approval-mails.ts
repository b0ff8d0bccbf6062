import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { type Notice, Notices } from '@foyer/notify';
import { Agents } from '@foyer/requests';
import { currentTenant } from '@foyer/tenancy';
import { type AboutTicket, TicketAudience, ticketNumber } from '@foyer/tickets';
import { ApprovalAsked, ApprovalDecided } from './approval.events.js';

interface Letter {
  id: string;
  ticketId: string;
  personId: string;
  name: string;
  team: boolean;
  number: number;
  subject: string;
  requester: string;
  askedBy: string | null;
  approver: string;
  status: string;
  question: string;
  comment: string;
}

/** Tells approvers that they are asked, and requester and assignee what came of it. */
@Injectable()
export class ApprovalMails {
  private readonly notices: Record<'asked' | 'decided', Notice<AboutTicket, object>>;

  constructor(
    private readonly database: Database,
    private readonly port: Notices,
    private readonly agents: Agents,
    private readonly audience: TicketAudience,
  ) {
    const declare = (kind: 'asked' | 'decided', as: 'approver' | 'reader') =>
      this.port.declare<AboutTicket, object>({
        // By the template's former name, which workers of 0.1 know as well: those still send what this version queues.
        ...{ name: `tickets.approval-${kind}`, template: `tickets/approvals/email/${kind}`, class: 'service' },
        mayKnow: (readers, about) => this.audience.mayKnow(readers, about, as),
        letter: (_, data) => ({ data: { ...data } }),
      });
    this.notices = { asked: declare('asked', 'approver'), decided: declare('decided', 'reader') };
  }

  @OnEvent(ApprovalAsked, 'tickets.mail-approval-asked')
  asked({ askingId }: ApprovalAsked): Promise<void> {
    return this.send(
      'asked',
      sql`v.asking_id = ${askingId} and v.status = 'waiting' and p.id = v.approver_id`,
      ({ number }) => `/tickets/${number}`,
    );
  }

  @OnEvent(ApprovalDecided, 'tickets.mail-approval-decided')
  async decided({ approvalId }: ApprovalDecided): Promise<void> {
    const seeing = await this.agents.seeing('p');
    return this.send(
      'decided',
      sql`v.id = ${approvalId} and (p.id = t.requester_id or (p.id = t.assignee_id and ${seeing}))`,
      ({ number, team }) => `${team ? '/console' : ''}/tickets/${number}`,
    );
  }

  private async send(
    kind: 'asked' | 'decided',
    to: ReturnType<typeof sql>,
    pathOf: (letter: { number: string; team: boolean }) => string,
  ): Promise<void> {
    await this.database.write(async (em) => {
      const letters = await rows<Letter>(
        em,
        sql`select v.id, t.id as "ticketId", p.id as "personId", p.name, p.id is not distinct from t.assignee_id and p.id <> t.requester_id as team,
                   t.number::int, t.subject, r.name as requester, a.name as "askedBy", w.name as approver, v.status, v.question, v.comment
              from ${table('ticket_approval')} v
              join ${table('ticket')} t on t.id = v.ticket_id
              join ${table('person')} r on r.id = t.requester_id
              join ${table('person')} w on w.id = v.approver_id
              left join ${table('person')} a on a.id = v.asked_by_id
              join ${table('person')} p on p.status = 'active'
             where ${to}`,
      );
      for (const { id, ticketId, personId, number, team, ...letter } of letters) {
        const known = ticketNumber(number);
        const facts = {
          ...letter,
          ...{ number: known, team, reason: team ? 'team-reason' : 'customer-reason' },
          url: `${currentTenant().origin}${pathOf({ number: known, team })}`,
        };
        await this.port.notify(this.notices[kind], { ticketId }, { id, to: [personId], facts });
      }
    });
  }
}
