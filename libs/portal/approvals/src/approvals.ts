import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Conflict, InvalidField, NotFound } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { asTold, type Happening, type Ticket, TicketThread, type TicketRef } from '@foyer/tickets';
import { ApprovalAsked, ApprovalDecided } from './approval.events.js';
import { type Approver, Approvers } from './approvers.js';

export type Decision = 'approved' | 'rejected';
export interface Question {
  /** Ids, or everybody who administers the ticket's company and may approve. */
  approvers: readonly string[] | 'company-admins';
  question: string;
  /** Of several all must approve; else the first decision counts. */
  all?: boolean;
}
interface Asked {
  id: string;
  ticketId: string;
  askingId: string | null;
  approverId: string;
  status: string;
  needsAll: boolean;
  followed: boolean;
}

/** Asks people of the customer's company whether a request may go ahead, and takes their word for it. */
@Injectable()
export class Approvals {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly thread: TicketThread,
    private readonly approvers: Approvers,
  ) {}

  /** The ticket is on hold until they have decided. They see it meanwhile, whatever their role shows them. */
  async ask(actor: PortalActor, ref: TicketRef, { approvers, question, all = false }: Question): Promise<void> {
    await this.thread.change(actor, 'update', ref, async (ticket) => {
      if (ticket.status === 'solved' || ticket.status === 'closed') throw new Conflict('approvals.over');
      if ((await this.of(ticket.id)).some(({ status }) => status === 'waiting'))
        throw new Conflict('approvals.waiting-already');
      const asked = await this.chosen(ticket, approvers);
      const askingId = randomUUIDv7();
      for (const { id } of asked)
        await this.write(sql`
          insert into ${table('ticket_approval')} (id, ticket_id, approver_id, asked_by_id, question, asking_id, needs_all, followed)
          values (${randomUUIDv7()}, ${ticket.id}, ${id}, ${actor.id}, ${question}, ${askingId}, ${all}, ${ticket.watcherIds.includes(id)})`);
      ticket.approval = 'waiting';
      ticket.watchedBy(asked.map(({ id }) => id));
      const told = asked.map(({ id, name }): Happening => ({
        type: 'approval-asked',
        from: null,
        to: id,
        toName: name,
      }));
      await this.thread.happened(ticket, actor, [...told, ...ticket.change({ status: 'on_hold' })]);
      const approverIds = asked.map(({ id }) => id);
      await this.outbox.publish(new ApprovalAsked(ticket.id, askingId, approverIds, asTold(ticket)), { by: actor });
    });
  }

  /**
   * @throws NotFound unless the actor was asked and may still approve
   * @throws Conflict when somebody else was faster, or the question was withdrawn
   */
  async decide(actor: PortalActor, id: string, decision: Decision, comment: string): Promise<void> {
    const { ticketId } = await this.mine(actor, id);
    await this.thread.change(actor, 'approve', ticketId, async (ticket) => {
      const { all, asked } = await this.asking(ticket, id);
      if (ticket.requesterId === actor.id) throw new NotFound();
      if (asked.status !== 'waiting') throw new Conflict(`approvals.already.${asked.status}`);
      ticket.mustNotBeOver();
      if (decision === 'rejected' && comment === '') throw new InvalidField('comment', 'approvals.say-why');
      await this.write(sql`
        update ${table('ticket_approval')} set status = ${decision}, comment = ${comment}, decided_at = now() where id = ${id}`);
      const others = all.filter((one) => one.id !== id && one.status === 'waiting');
      const over = decision === 'rejected' || !asked.needsAll || others.length === 0;
      if (over) {
        ticket.approval = decision;
        await this.end(others, 'settled');
      }
      this.release(ticket, over ? [asked, ...others] : [asked]);
      const happening: Happening = { type: decision, from: null, to: null, detail: comment || null };
      await this.thread.happened(ticket, actor, [happening, ...(over ? goOn(ticket) : [])]);
      const told = new ApprovalDecided(ticket.id, id, asked.approverId, decision, asTold(ticket));
      await this.outbox.publish(told, { by: actor });
    });
  }

  /** Takes the question to one of them back. When nobody is left to answer, the ticket is open again. */
  async withdraw(actor: PortalActor, ref: TicketRef, id: string): Promise<void> {
    await this.thread.change(actor, 'update', ref, async (ticket) => {
      const { all, asked } = await this.asking(ticket, id);
      if (asked.status !== 'waiting') throw new Conflict(`approvals.already.${asked.status}`);
      await this.end([asked], 'withdrawn');
      this.release(ticket, [asked]);
      const waits = all.some((one) => one.id !== id && one.status === 'waiting');
      if (!waits) ticket.approval = 'none';
      const name = await this.nameOf(asked.approverId);
      const happening: Happening = { type: 'approval-withdrawn', from: null, to: asked.approverId, toName: name };
      await this.thread.happened(ticket, actor, [happening, ...(waits ? [] : goOn(ticket))]);
    });
  }

  /** @throws NotFound unless it was the actor who was asked */
  async mine(actor: PortalActor, id: string): Promise<{ ticketId: string; number: number }> {
    const [found] = await this.database.read((em) =>
      rows<{ ticketId: string; number: number }>(
        em,
        sql`select t.id as "ticketId", t.number::int from ${table('ticket_approval')} v join ${table('ticket')} t on t.id = v.ticket_id
             where v.id = ${id} and v.approver_id = ${actor.id}`,
      ),
    );
    if (!found) throw new NotFound();
    return found;
  }

  private async chosen(ticket: Ticket, wanted: Question['approvers']): Promise<Approver[]> {
    const possible = await this.approvers.of(ticket);
    const chosen = possible.filter(({ id, manages }) => (wanted === 'company-admins' ? manages : wanted.includes(id)));
    if (wanted !== 'company-admins' && chosen.length < new Set(wanted).size)
      throw new InvalidField('approver', 'web.form.choice');
    if (chosen.length === 0) throw new InvalidField('approver', 'approvals.nobody');
    return chosen;
  }

  /** An approval of the ticket, with those that were asked for together with it. The ticket is locked. */
  private async asking(ticket: Ticket, id: string): Promise<{ all: Asked[]; asked: Asked }> {
    const every = await this.of(ticket.id);
    const asked = every.find((one) => one.id === id);
    if (!asked) throw new NotFound();
    return { all: every.filter(({ askingId }) => askingId === asked.askingId), asked };
  }

  private of(ticketId: string): Promise<Asked[]> {
    return this.write<Asked>(sql`
      select id, ticket_id as "ticketId", asking_id as "askingId", approver_id as "approverId", status, needs_all as "needsAll", followed
        from ${table('ticket_approval')} where ticket_id = ${ticketId} order by created_at, id`);
  }

  private async end(approvals: Asked[], status: 'settled' | 'withdrawn'): Promise<void> {
    const ids = approvals.map(({ id }) => id);
    await this.write(sql`
      update ${table('ticket_approval')} set status = ${status}, decided_at = now() where id = any(${ids}::uuid[])`);
  }

  /** They saw it because they were asked; who followed it before goes on. */
  private release(ticket: Ticket, approvals: Asked[]): void {
    const gone = approvals.filter(({ followed }) => !followed).map(({ approverId }) => approverId);
    ticket.watcherIds = ticket.watcherIds.filter((id) => !gone.includes(id));
  }

  private async nameOf(personId: string): Promise<string | null> {
    const [person] = await this.write<{ name: string }>(
      sql`select name from ${table('person')} where id = ${personId}`,
    );
    return person?.name ?? null;
  }

  private write<Row>(statement: ReturnType<typeof sql>): Promise<Row[]> {
    return this.database.write((em) => rows<Row>(em, statement));
  }
}

/** What was held for the decision is the team's turn again; what was solved meanwhile stays so. */
const goOn = (ticket: Ticket): Happening[] => (ticket.status === 'on_hold' ? ticket.change({ status: 'open' }) : []);
