import { Injectable } from '@nestjs/common';
import { allowed, Conflict, DomainError, holds, InvalidField, Refused } from '@foyer/access';
import { type Limit, Limits } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { translate } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import {
  Agents,
  controlOf,
  type FieldValue,
  Groups,
  printOf,
  type Priority,
  Requests,
  TicketCategory,
  type TicketStatus,
} from '@foyer/requests';
import { Settings } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { Mentions } from './mentions.js';
import { Reopening } from './reopening/reopening.js';
import { speaksForTeam } from './reopening/reopening-rules.js';
import { ownRobot, robot } from './robots.js';
import type { TicketAction } from './ticket-actions.js';
import { asTold, TicketNoted, TicketOpened, TicketReplied } from './ticket.events.js';
import { type MessageDraft, TicketThread, type TicketRef } from './ticket-thread.js';
import { approvalAsking, TicketOpening } from './ticket-slots.js';
import type { TicketMessage } from './ticket-message.entity.js';
import { CHANGED_MEANWHILE, type Description, propertiesOf, type Property } from './ticket-properties.js';
import { type Arrived, type Happening, Ticket, type TicketSource, type TicketValues } from './ticket.entity.js';

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
    private readonly opening: TicketOpening,
    private readonly mentions: Mentions,
    private readonly agents: Agents,
    private readonly groups: Groups,
    private readonly requests: Requests,
    private readonly reopening: Reopening,
    private readonly slots: Slots,
    private readonly settings: Settings,
  ) {}

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
      await this.checkCategory(draft.categoryId);
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
      for (const { byKey, step } of this.opening.all()) await this.perform(ownRobot(byKey), ticket, await step(ticket));
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
    if (actor.id) await this.limits.count(WRITTEN, actor.id);
    return this.thread.change(actor, 'reply', ref, async (ticket) => {
      const message = await this.answer(actor, ticket, draft, next, statusId);
      await this.along(actor, ticket, also);
      return message;
    });
  }

  /** Writes for the team's eyes only. Those called by `@name` are told, and follow the ticket from then on. */
  async note(actor: PortalActor, ref: TicketRef, { also = [], ...draft }: Writing): Promise<TicketMessage> {
    return this.thread.change(actor, 'note', ref, async (ticket) => {
      const message = await this.annotate(actor, ticket, draft);
      await this.along(actor, ticket, also);
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
      if (actor.kind === 'job' || !speaksForTeam(actor, ticket)) await this.giveBack(ticket);
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
      await this.set(actor, ticket, values);
      if (tags) await this.thread.happened(ticket, actor, ticket.tag(tags.add, tags.remove));
      if (subject !== null) await this.rename(actor, ticket, subject);
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
        const now = printOf(ticket.fields[id]);
        if (seen[id] !== undefined && now !== seen[id] && now !== printOf(wanted))
          throw new InvalidField(controlOf(id), CHANGED_MEANWHILE);
      }
      Object.assign(ticket, { fields: { ...ticket.fields, ...fields }, updatedAt: new Date() });
      if (changed.length > 0)
        await this.thread.happened(ticket, actor, [
          { type: 'fields', from: null, to: null, toName: changed.join(', '), fieldIds },
        ]);
    });
  }

  /** Does several things at once, as macros, rules and bulk changes ask: all of them or none. */
  async act(actor: PortalActor, ref: TicketRef, actions: readonly TicketAction[]): Promise<void> {
    await this.thread.change(actor, 'update', ref, (ticket) => this.perform(actor, ticket, actions));
  }

  async tagsOf(number: number): Promise<string[]> {
    const ticket = await this.database.read((em) => em.findOne(Ticket, { number }));
    return ticket?.tags ?? [];
  }

  /** Writes into the thread what another module did to the ticket (a rule, a survey, a mail that bounced). */
  async log(actor: PortalActor, ref: TicketRef, ...happenings: Parameters<TicketThread['happened']>[2]): Promise<void> {
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

  private async answer(
    actor: PortalActor,
    ticket: Ticket,
    draft: MessageDraft,
    next?: TicketStatus,
    statusId: string | null = null,
  ): Promise<TicketMessage> {
    await this.reopening.mustTakeReply(actor, ticket);
    // Whoever answers their own ticket in the console answers it as the team, as every new portal's first ticket is.
    const atDesk = draft.source === 'console' && actor.teamRole !== null;
    const fromTeam = atDesk || speaksForTeam(actor, ticket);
    const comesBack = !fromTeam && ticket.status === 'solved';
    if (fromTeam && next && isOver(next)) mustMayEnd(actor, ticket, next);
    const message = await this.thread.say(ticket, actor, 'reply', { ...draft, byTeam: fromTeam });
    if (fromTeam && !ticket.assigneeId && actor.id) await this.set(actor, ticket, { assigneeId: actor.id });
    const happened = fromTeam
      ? ticket.answeredByTeam(next, statusId)
      : ticket.answeredByCustomer(comesBack ? await this.reopening.statusId() : null);
    await this.thread.happened(ticket, actor, happened);
    if (comesBack) await this.giveBack(ticket);
    await this.outbox.publish(new TicketReplied(ticket.id, message.id, fromTeam, asTold(ticket)), { by: actor });
    return message;
  }

  /** To whoever is to have a ticket that came back. */
  private async giveBack(ticket: Ticket): Promise<void> {
    const assigneeId = await this.reopening.assigneeId(ticket);
    await this.thread.happened(ticket, ownRobot('tickets.reopening.by'), ticket.change({ assigneeId }));
  }

  private async annotate(actor: PortalActor, ticket: Ticket, draft: MessageDraft): Promise<TicketMessage> {
    const mentionIds = await this.mentions.in(draft.body);
    const message = await this.thread.say(ticket, actor, 'note', { ...draft, mentionIds });
    ticket.watchedBy(mentionIds);
    await this.outbox.publish(new TicketNoted(ticket.id, message.id, asTold(ticket)), { by: actor });
    return message;
  }

  private async set(actor: PortalActor, ticket: Ticket, values: TicketValues): Promise<void> {
    if (values.categoryId && values.categoryId !== ticket.categoryId) await this.checkCategory(values.categoryId);
    if (values.assigneeId && values.assigneeId !== ticket.assigneeId) await this.checkAssignee(values.assigneeId);
    if (values.groupId && values.groupId !== ticket.groupId && !(await this.groups.find(values.groupId)))
      throw new InvalidField('group', 'web.form.choice');
    await this.thread.happened(ticket, actor, await this.named(ticket.change(values)));
  }

  /** Groups and types are known by name in the thread, whatever becomes of them later. */
  private async named(happenings: Happening[]): Promise<Happening[]> {
    const [groups, types] = [await this.groups.all(), await this.requests.types()];
    const nameOf = (type: Happening['type'], id: string | null) =>
      (type === 'group' ? groups : types).find((one) => one.id === id)?.name ?? null;
    return happenings.map((one) =>
      one.type === 'group' || one.type === 'type'
        ? { ...one, fromName: nameOf(one.type, one.from), toName: nameOf(one.type, one.to) }
        : one,
    );
  }

  private async rename(actor: PortalActor, ticket: Ticket, subject: string): Promise<void> {
    if (subject === ticket.subject) return;
    const happening = { type: 'subject' as const, from: null, to: null, fromName: ticket.subject, toName: subject };
    Object.assign(ticket, { subject, updatedAt: new Date() });
    await this.thread.remember(ticket.id, 'reply', subject);
    await this.thread.happened(ticket, actor, [happening]);
  }

  /** What goes with words goes with them or not at all. */
  private async along(actor: PortalActor, ticket: Ticket, also: readonly TicketAction[]): Promise<void> {
    if (also.length === 0) return;
    mustMay(actor, ticket, 'update');
    try {
      await this.perform(actor, ticket, also);
    } catch (error) {
      // Whom or what it names is gone by now; the form has no field for it.
      if (error instanceof InvalidField) throw new Conflict('tickets.proposals.impossible');
      throw error;
    }
  }

  private async perform(actor: PortalActor, ticket: Ticket, actions: readonly TicketAction[]): Promise<void> {
    // Before any of it is done: the first action may take the ticket out of the actor's reach.
    for (const action of actions) {
      mustMay(actor, ticket, action.do === 'reply' || action.do === 'note' ? action.do : 'update');
      if (action.do === 'status') mustMayEnd(actor, ticket, action.to);
    }
    for (const action of actions) {
      if (action.do === 'tag') await this.thread.happened(ticket, actor, ticket.tag(action.add, action.remove));
      else if (action.do === 'reply')
        await this.answer(actor, ticket, { body: action.text, fileIds: [] }, ticket.status);
      else if (action.do === 'note') await this.annotate(actor, ticket, { body: action.text, fileIds: [] });
      else if (action.do === 'watch') ticket.watchedBy([action.personId]);
      else if (action.do === 'approval') await this.askApproval(actor, ticket, action);
      else await this.set(actor, ticket, valuesOf(action, actor));
    }
  }

  /** Where nobody can be asked, the team reads why, and decides how to go on. */
  private async askApproval(actor: PortalActor, ticket: Ticket, { of, question }: Asking): Promise<void> {
    await this.database.write((em) => em.flush());
    try {
      for (const ask of this.slots.of(approvalAsking)) await ask(actor, ticket.id, { approvers: of, question });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { defaultLocale } = await this.settings.get('general');
      const body = translate(defaultLocale, error.code, error.values);
      await this.annotate(actor, ticket, { body, fileIds: [] });
    }
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

  private async checkCategory(id: string | null): Promise<void> {
    if (id && !(await this.database.write((em) => em.findOne(TicketCategory, { id }))))
      throw new InvalidField('category', 'web.form.choice');
  }

  private async checkAssignee(id: string): Promise<void> {
    if (!(await this.agents.includes(id))) throw new InvalidField('assignee', 'web.form.choice');
  }
}

const isOver = (status: TicketStatus): boolean => status === 'solved' || status === 'closed';

/** Ending a ticket and taking that back are rights of their own, by whatever form they come. */
function mustMayEnd(actor: PortalActor, ticket: Ticket, next: TicketStatus | undefined): void {
  if (next && isOver(next) !== isOver(ticket.status)) mustMay(actor, ticket, isOver(next) ? 'solve' : 'reopen');
}

function mustMay({ ability }: PortalActor, ticket: Ticket, action: string): void {
  if (!allowed(ability, action, 'Ticket', ticket)) throw new Refused('tickets.team.beyond-role');
}

type Asking = Extract<TicketAction, { do: 'approval' }>;
type Setting = Exclude<TicketAction, { do: 'tag' | 'reply' | 'note' | 'watch' | 'approval' }>;

function valuesOf(action: Setting, actor: PortalActor): TicketValues {
  switch (action.do) {
    case 'status':
      return { status: action.to, statusId: action.statusId };
    case 'priority':
      return { priority: action.to };
    case 'category':
      return { categoryId: action.to };
    case 'type':
      return { typeId: action.to };
    case 'group':
      return { groupId: action.to };
    case 'assign':
      return { assigneeId: action.to === 'me' ? actor.id : action.to };
  }
}
