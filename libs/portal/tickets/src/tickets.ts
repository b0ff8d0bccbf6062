import { Injectable } from '@nestjs/common';
import { allowed, holds, InvalidField, Refused } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { PortalActor } from '@foyer/identity';
import { controlOf, type FieldValue, printOf, type Priority, type TicketStatus } from '@foyer/requests';
import { Slots } from '@foyer/slots';
import type { Happening } from './happenings.js';
import { Reopening } from './reopening/reopening.js';
import { speaksForTeam } from './reopening/reopening-rules.js';
import { ownRobot, robot } from './robots.js';
import type { TicketAction } from './ticket-actions.js';
import { asTold, TicketOpened } from './ticket.events.js';
import type { Arrived, TicketMessage } from './ticket-message.entity.js';
import { CHANGED_MEANWHILE, type Description, propertiesOf, type Property } from './ticket-properties.js';
import { ticketOpening } from './ticket-slots.js';
import { mustMayEnd, TicketSteps } from './ticket-steps.js';
import { type MessageDraft, type TicketRef, TicketThread } from './ticket-thread.js';
import { TicketsOfMonth } from './tickets-of-month.js';
import { Ticket, type TicketSource, type TicketValues } from './ticket.entity.js';

const OPENED: Limit = { name: 'ticket-open', points: 60, seconds: 3600 };
const WRITTEN: Limit = { name: 'ticket-write', points: 300, seconds: 3600 };

export interface TicketDraft {
  subject: string;
  description: string;
  priority: Priority;
  categoryId: string | null;
  companyId: string | null;
  fileIds: string[];
  typeId?: string | null;
  groupId?: string | null;
  tags?: string[];
  fields?: Record<string, FieldValue>;
  source?: TicketSource;
  format?: MessageDraft['format'];
  quoted?: string | null;
  /** Whose ticket it is, where that is not the actor's own. */
  requesterId?: string;
  watcherIds?: string[];
  /** The confirmation mail; true unless said otherwise. */
  confirm?: boolean;
  proved?: boolean;
  byProgram?: boolean;
  answersTo?: string | null;
  /** Of the mail that it came by. */
  mail?: Arrived;
}

/** Words, and what is done to the ticket together with them. */
export interface Writing extends MessageDraft {
  also?: readonly TicketAction[];
}

/** What people and rules do with tickets: one method a verb. */
@Injectable()
export class Tickets {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly limits: Limits,
    private readonly thread: TicketThread,
    private readonly steps: TicketSteps,
    private readonly slots: Slots,
    private readonly reopening: Reopening,
    private readonly month: TicketsOfMonth,
  ) {}

  /** @throws InvalidField · LimitReached, unless it comes by mail */
  async open(actor: PortalActor, draft: TicketDraft): Promise<Ticket> {
    const {
      description,
      fileIds,
      format,
      quoted,
      confirm = true,
      proved = false,
      mail,
      requesterId = actor.id!,
      ...values
    } = draft;
    if (!allowed(actor.ability, 'create', 'Ticket', { companyId: draft.companyId }))
      throw new InvalidField('company', 'web.form.choice');
    if (requesterId !== actor.id) await this.mustOpenFor(actor, requesterId, draft.companyId);
    if (actor.id) await this.limits.count(OPENED, actor.id);
    return this.database.write(async (em) => {
      await this.steps.checkCategory(draft.categoryId);
      if (draft.source !== 'email') await this.month.room();
      const ticket = Object.assign(new Ticket(), values, {
        requesterId,
        openedById: requesterId === actor.id ? null : actor.id,
        customerRepliedAt: new Date(),
      });
      em.persist(ticket);
      await em.flush();
      await this.thread.remember(ticket.id, 'reply', ticket.subject);
      const source = draft.source ?? 'portal';
      const message = await this.thread.say(ticket, actor, 'reply', {
        ...{
          body: description,
          fileIds,
          source,
          ...(format && { format }),
          ...(quoted && { quoted }),
          ...(mail && { mail }),
        },
      });
      for (const { byKey, step } of this.slots.of(ticketOpening))
        await this.steps.perform(ownRobot(byKey), ticket, await step(ticket));
      await this.outbox.publish(new TicketOpened(ticket.id, message.id, confirm, proved, asTold(ticket)), {
        by: actor,
      });
      await em.flush();
      await this.thread.touched(ticket.number, true);
      return ticket;
    });
  }

  /** Writes to the other side. Team: `next` is the status afterwards, *pending* unless said otherwise. */
  async reply(
    actor: PortalActor,
    ref: TicketRef,
    { also = [], ...draft }: Writing,
    next?: TicketStatus,
    statusId?: string | null,
  ): Promise<TicketMessage> {
    // What a customer's words leave a ticket in is not theirs to say.
    if (next && actor.teamRole === null && actor.kind !== 'job') throw new Refused('tickets.team.beyond-role');
    if (actor.id) await this.limits.count(WRITTEN, actor.id);
    return this.thread.change(actor, 'reply', ref, async (ticket) => {
      const message = await this.steps.answer(actor, ticket, draft, next, statusId);
      await this.steps.along(actor, ticket, also);
      return message;
    });
  }

  /** Writes for the team's eyes only. Those called by `@name` are told, and follow the ticket from then on. */
  async note(actor: PortalActor, ref: TicketRef, { also = [], ...draft }: Writing): Promise<TicketMessage> {
    return this.thread.change(actor, 'note', ref, async (ticket) => {
      const message = await this.steps.annotate(actor, ticket, draft);
      await this.steps.along(actor, ticket, also);
      return message;
    });
  }

  async solve(actor: PortalActor, ref: TicketRef): Promise<void> {
    await this.thread.change(actor, 'solve', ref, async (ticket) => {
      await this.thread.happened(ticket, actor, ticket.solve());
    });
  }

  async reopen(actor: PortalActor, ref: TicketRef): Promise<void> {
    await this.thread.change(actor, 'reopen', ref, async (ticket) => {
      await this.reopening.mustReopen(actor, ticket);
      await this.thread.happened(ticket, actor, ticket.reopen(await this.reopening.statusId()));
      if (actor.kind === 'job' || !speaksForTeam(actor, ticket)) await this.steps.giveBack(ticket);
    });
  }

  /**
   * Sets status, priority, category, assignee and group as the team sees fit, and what else stands about a ticket in one form, as far as it
   * was changed there; tags come and go one by one. @throws InvalidField where somebody else has changed the same since the form was `seen`
   */
  async update(
    actor: PortalActor,
    ref: TicketRef,
    values: TicketValues,
    { tags, subject = null, seen = {} }: Partial<Description> = {},
  ): Promise<void> {
    await this.thread.change(actor, 'update', ref, async (ticket) => {
      const now = propertiesOf(ticket);
      for (const [name, one] of Object.entries(seen))
        if (now[name as Property] !== one.was && now[name as Property] !== one.wanted)
          throw new InvalidField(name, CHANGED_MEANWHILE);
      mustMayEnd(actor, ticket, values.status);
      await this.steps.set(actor, ticket, values);
      if (tags) await this.thread.happened(ticket, actor, ticket.tag(tags.add, tags.remove));
      if (subject !== null) await this.steps.rename(actor, ticket, subject);
    });
  }

  async tag(actor: PortalActor, ref: TicketRef, add: readonly string[], remove: readonly string[]): Promise<void> {
    await this.thread.change(actor, 'update', ref, async (ticket) => {
      await this.thread.happened(ticket, actor, ticket.tag(add, remove));
    });
  }

  /** Answers to the request type's own fields; `changed` names those that are different, for the thread. */
  async answerFields(
    actor: PortalActor,
    ref: TicketRef,
    fields: Record<string, FieldValue>,
    changed: string[],
    seen: Record<string, string> = {},
  ): Promise<void> {
    await this.thread.change(actor, 'update', ref, async (ticket) => {
      const fieldIds = Object.keys(fields).filter((id) => printOf(ticket.fields[id]) !== printOf(fields[id]!));
      for (const [id, wanted] of Object.entries(fields)) {
        const held = printOf(ticket.fields[id]);
        if (seen[id] !== undefined && held !== seen[id] && held !== printOf(wanted))
          throw new InvalidField(controlOf(id), CHANGED_MEANWHILE);
      }
      const now = new Date();
      Object.assign(ticket, { fields: { ...ticket.fields, ...fields }, updatedAt: now });
      if (await this.steps.areShown(fieldIds)) ticket.shownAt = now;
      if (changed.length > 0)
        await this.thread.happened(ticket, actor, [
          { type: 'fields', from: null, to: null, toName: changed.join(', '), fieldIds },
        ]);
    });
  }

  /** Does several things at once, as macros, rules and bulk changes ask: all of them or none. */
  async act(actor: PortalActor, ref: TicketRef, actions: readonly TicketAction[]): Promise<void> {
    await this.thread.change(actor, 'update', ref, (ticket) => this.steps.perform(actor, ticket, actions));
  }

  async tagsOf(number: number): Promise<string[]> {
    const ticket = await this.database.read((em) => em.findOne(Ticket, { number }));
    return ticket?.tags ?? [];
  }

  /** Writes into the thread what another module did to the ticket (a rule, a survey, a mail that bounced). */
  async log(actor: PortalActor, ref: TicketRef, ...happenings: Happening[]): Promise<void> {
    await this.thread.change(actor, 'read', ref, async (ticket) => {
      await this.thread.happened(ticket, actor, happenings);
    });
  }

  /** The nearest promise; null when there is none. Leaves no trace in the thread, but customers may be shown it. */
  async due(ref: TicketRef, dueAt: Date | null): Promise<void> {
    await this.database.write(async (em) => {
      const ticket = await this.thread.find(robot('clock'), 'update', ref);
      const moved = ticket.dueAt?.getTime() !== dueAt?.getTime();
      ticket.dueAt = dueAt;
      await em.flush();
      await this.thread.touched(ticket.number, moved);
    });
  }

  /** The team opens tickets for whom it sees; of a company's people those whose role says so, for colleagues there. */
  private async mustOpenFor(
    { ability }: PortalActor,
    requesterId: string | null,
    companyId: string | null,
  ): Promise<void> {
    const may =
      holds(ability, 'open-for', 'Desk') ||
      (companyId !== null && allowed(ability, 'open-for', 'Ticket', { companyId }));
    const [known] = await this.database.read((em) =>
      rows<{ belongs: boolean }>(
        em,
        sql`select exists (select from ${table('membership')} m where m.person_id = p.id and m.company_id = ${companyId}) as belongs
              from ${table('person')} p where p.id = ${requesterId} and p.status <> 'deactivated'`,
      ),
    );
    if (!may || !known || (companyId !== null && !known.belongs))
      throw new InvalidField('requester', 'web.form.choice');
  }
}
