import { Injectable } from '@nestjs/common';
import { allowed, InvalidField, NotFound } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Person, type PortalActor } from '@foyer/identity';
import { type Happening, type Priority, Ticket, type TicketStatus } from './ticket.entity.js';
import {
  TicketAssigned,
  TicketNoted,
  TicketOpened,
  TicketReopened,
  TicketReplied,
  TicketSolved,
} from './ticket.events.js';
import { type MessageKind, TicketCategory, TicketMessage } from './ticket-message.entity.js';

const OPENED: Limit = { name: 'ticket-open', points: 60, seconds: 3600 };
const WRITTEN: Limit = { name: 'ticket-write', points: 300, seconds: 3600 };

export interface TicketDraft {
  subject: string;
  description: string;
  priority: Priority;
  categoryId: string | null;
  companyId: string | null;
  fileIds: string[];
}
export interface MessageDraft {
  body: string;
  fileIds: string[];
}
export interface TicketChange {
  status?: TicketStatus;
  priority?: Priority;
  categoryId?: string | null;
  assigneeId?: string | null;
}

/** The only writer of tickets: one method for each thing people do with them. */
@Injectable()
export class Tickets {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly limits: Limits,
  ) {}

  async open(
    actor: PortalActor,
    { subject, description, priority, categoryId, companyId, fileIds }: TicketDraft,
  ): Promise<Ticket> {
    if (!allowed(actor.ability, 'create', 'Ticket', { companyId }))
      throw new InvalidField('company', 'web.form.choice');
    await this.limits.count(OPENED, actor.id!);
    return this.database.write(async (em) => {
      await this.checkCategory(categoryId);
      const ticket = Object.assign(new Ticket(), { subject, priority, categoryId, companyId, requesterId: actor.id! });
      em.persist(ticket);
      await em.flush();
      const message = await this.say(ticket, actor, 'reply', { body: description, fileIds });
      await this.outbox.publish(new TicketOpened(ticket.id, message.id));
      return ticket;
    });
  }

  /** Writes to the other side. Team: `next` is the status afterwards, *pending* unless said otherwise. */
  async reply(actor: PortalActor, number: number, draft: MessageDraft, next?: TicketStatus): Promise<void> {
    await this.limits.count(WRITTEN, actor.id!);
    await this.change(actor, 'reply', number, async (ticket) => {
      const fromTeam = this.speaksForTeam(actor, ticket);
      const message = await this.say(ticket, actor, 'reply', draft);
      if (fromTeam && !ticket.assigneeId) await this.happened(ticket, actor, ticket.change({ assigneeId: actor.id! }));
      await this.happened(ticket, actor, fromTeam ? ticket.answeredByTeam(next) : ticket.answeredByCustomer());
      await this.outbox.publish(new TicketReplied(ticket.id, message.id));
    });
  }

  /** Writes for the team's eyes only. */
  async note(actor: PortalActor, number: number, draft: MessageDraft): Promise<void> {
    await this.change(actor, 'note', number, async (ticket) => {
      const message = await this.say(ticket, actor, 'note', draft);
      await this.outbox.publish(new TicketNoted(ticket.id, message.id));
    });
  }

  async solve(actor: PortalActor, number: number): Promise<void> {
    await this.change(actor, 'solve', number, async (ticket) => this.happened(ticket, actor, ticket.solve()));
  }

  async reopen(actor: PortalActor, number: number): Promise<void> {
    await this.change(actor, 'reopen', number, async (ticket) => this.happened(ticket, actor, ticket.reopen()));
  }

  /** Sets status, priority, category and assignee as the team sees fit. */
  async update(actor: PortalActor, number: number, values: TicketChange): Promise<void> {
    await this.change(actor, 'update', number, async (ticket) => {
      if (values.categoryId !== ticket.categoryId) await this.checkCategory(values.categoryId ?? null);
      if (values.assigneeId && values.assigneeId !== ticket.assigneeId) await this.checkAssignee(values.assigneeId);
      await this.happened(ticket, actor, ticket.change(values));
    });
  }

  private async change(
    actor: PortalActor,
    action: string,
    number: number,
    verb: (ticket: Ticket) => Promise<void>,
  ): Promise<void> {
    await this.database.write(async (em) => {
      // Locked, so that two people at once follow one another and neither overwrites what the other did.
      await rows(em, sql`select 1 from ${table('ticket')} where number = ${number} for update`);
      const ticket = await em.findOne(Ticket, { number });
      if (
        !ticket ||
        !allowed(actor.ability, 'read', 'Ticket', ticket) ||
        !allowed(actor.ability, action, 'Ticket', ticket)
      )
        throw new NotFound();
      await verb(ticket);
      await em.flush();
    });
  }

  private async say(
    ticket: Ticket,
    author: PortalActor,
    kind: MessageKind,
    { body, fileIds }: MessageDraft,
  ): Promise<TicketMessage> {
    return this.database.write(async (em) => {
      const message = Object.assign(new TicketMessage(), { ticketId: ticket.id, authorId: author.id, kind, body });
      em.persist(message);
      ticket.updatedAt = new Date();
      await em.flush();
      // Only files the author uploaded and that hang on nothing yet: an id from elsewhere attaches nothing.
      if (fileIds.length > 0) {
        await rows(
          em,
          sql`insert into ${table('ticket_attachment')} (message_id, file_id)
              select ${message.id}, f.id from ${table('file')} f
               where f.id = any(${fileIds}::uuid[]) and f.created_by = ${author.id}
                 and not exists (select from ${table('ticket_attachment')} a where a.file_id = f.id)`,
        );
      }
      return message;
    });
  }

  private async happened(ticket: Ticket, actor: PortalActor, happenings: Happening[]): Promise<void> {
    await this.database.write(async (em) => {
      for (const data of happenings) {
        const message = Object.assign(new TicketMessage(), {
          ticketId: ticket.id,
          authorId: actor.id,
          kind: 'event',
          data,
        });
        em.persist(message);
        const event = this.eventOf(ticket, actor, data, message.id);
        if (event) await this.outbox.publish(event);
      }
    });
  }

  private eventOf(ticket: Ticket, actor: PortalActor, { type, from, to }: Happening, messageId: string): object | null {
    if (type === 'assignee' && to) return new TicketAssigned(ticket.id, to, actor.id, messageId);
    if (type === 'status' && to === 'solved') return new TicketSolved(ticket.id, actor.id, messageId);
    if (type === 'status' && from === 'solved') return new TicketReopened(ticket.id, messageId);
    return null;
  }

  /** A team member who writes to their own ticket, as a customer of their own portal, does not answer it. */
  private speaksForTeam(actor: PortalActor, ticket: Ticket): boolean {
    return actor.teamRole !== null && ticket.requesterId !== actor.id;
  }

  private async checkCategory(id: string | null): Promise<void> {
    if (id && !(await this.database.write((em) => em.findOne(TicketCategory, { id }))))
      throw new InvalidField('category', 'web.form.choice');
  }

  private async checkAssignee(id: string): Promise<void> {
    const agent = await this.database.write((em) =>
      em.findOne(Person, { id, status: 'active', teamRole: { $in: ['owner', 'admin', 'agent'] } }),
    );
    if (!agent) throw new InvalidField('assignee', 'web.form.choice');
  }
}
