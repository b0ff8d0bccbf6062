import { Injectable } from '@nestjs/common';
import { allowed, Conflict, DomainError, InvalidField, Refused } from '@foyer/access';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { translate } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { Agents, Groups, Requests, Statuses, TicketCategory, type TicketStatus } from '@foyer/requests';
import { Settings } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { Happening } from './happenings.js';
import { Mentions } from './mentions.js';
import { Reopening } from './reopening/reopening.js';
import { speaksForTeam } from './reopening/reopening-rules.js';
import { ownRobot } from './robots.js';
import { type TicketAction, valuesOf } from './ticket-actions.js';
import { asTold, TicketNoted, TicketReplied } from './ticket.events.js';
import type { TicketMessage } from './ticket-message.entity.js';
import { approvalAsking } from './ticket-slots.js';
import { type MessageDraft, TicketThread } from './ticket-thread.js';
import type { Ticket, TicketValues } from './ticket.entity.js';

type Asking = Extract<TicketAction, { do: 'approval' }>;

/** What the verbs of `Tickets` do, alone or several at once, to a ticket that they hold. */
@Injectable()
export class TicketSteps {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly thread: TicketThread,
    private readonly mentions: Mentions,
    private readonly agents: Agents,
    private readonly groups: Groups,
    private readonly requests: Requests,
    private readonly statuses: Statuses,
    private readonly reopening: Reopening,
    private readonly slots: Slots,
    private readonly settings: Settings,
  ) {}

  async answer(
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
    if (fromTeam && next) await this.checkStatus(ticket, next, statusId);
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
  async giveBack(ticket: Ticket): Promise<void> {
    const assigneeId = await this.reopening.assigneeId(ticket);
    await this.thread.happened(ticket, ownRobot('tickets.reopening.by'), ticket.change({ assigneeId }));
  }

  async annotate(actor: PortalActor, ticket: Ticket, draft: MessageDraft): Promise<TicketMessage> {
    const mentionIds = await this.mentions.in(draft.body);
    const message = await this.thread.say(ticket, actor, 'note', { ...draft, mentionIds });
    ticket.watchedBy(mentionIds);
    await this.outbox.publish(new TicketNoted(ticket.id, message.id, asTold(ticket)), { by: actor });
    return message;
  }

  async set(actor: PortalActor, ticket: Ticket, values: TicketValues): Promise<void> {
    if (values.categoryId && values.categoryId !== ticket.categoryId) await this.checkCategory(values.categoryId);
    if (values.assigneeId && values.assigneeId !== ticket.assigneeId) await this.checkAssignee(values.assigneeId);
    if (values.groupId && values.groupId !== ticket.groupId && !(await this.groups.find(values.groupId)))
      throw new InvalidField('group', 'web.form.choice');
    if (values.typeId && values.typeId !== ticket.typeId) await this.checkType(values.typeId);
    if (values.status) await this.checkStatus(ticket, values.status, values.statusId);
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

  async rename(actor: PortalActor, ticket: Ticket, subject: string): Promise<void> {
    if (subject === ticket.subject) return;
    const happening = { type: 'subject' as const, from: null, to: null, fromName: ticket.subject, toName: subject };
    Object.assign(ticket, { subject, updatedAt: new Date() });
    await this.thread.remember(ticket.id, 'reply', subject);
    await this.thread.happened(ticket, actor, [happening]);
  }

  /** Whether customers see one of these answers. */
  async areShown(fieldIds: readonly string[]): Promise<boolean> {
    const fields = await this.requests.fields();
    return fields.some(({ id, visibility }) => visibility !== 'team' && fieldIds.includes(id));
  }

  /** What goes with words goes with them or not at all. */
  async along(actor: PortalActor, ticket: Ticket, also: readonly TicketAction[]): Promise<void> {
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

  async perform(actor: PortalActor, ticket: Ticket, actions: readonly TicketAction[]): Promise<void> {
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

  async checkCategory(id: string | null): Promise<void> {
    if (id && !(await this.database.write((em) => em.findOne(TicketCategory, { id }))))
      throw new InvalidField('category', 'web.form.choice');
  }

  private async checkType(id: string): Promise<void> {
    if (!(await this.requests.types()).some((type) => type.id === id))
      throw new InvalidField('type', 'web.form.choice');
  }

  /** A name of the operator's own goes with its kind alone: otherwise readers see another status than rules and lists do. */
  private async checkStatus(ticket: Ticket, kind: TicketStatus, id: string | null = null): Promise<void> {
    if (!id || (id === ticket.statusId && kind === ticket.status)) return;
    if (!(await this.statuses.all()).some((one) => one.id === id && one.kind === kind))
      throw new InvalidField('status', 'web.form.choice');
  }

  private async checkAssignee(id: string): Promise<void> {
    if (!(await this.agents.includes(id))) throw new InvalidField('assignee', 'web.form.choice');
  }
}

const isOver = (status: TicketStatus): boolean => status === 'solved' || status === 'closed';

/** Ending a ticket and taking that back are rights of their own, by whatever form they come. */
export function mustMayEnd(actor: PortalActor, ticket: Ticket, next: TicketStatus | undefined): void {
  if (next && isOver(next) !== isOver(ticket.status)) mustMay(actor, ticket, isOver(next) ? 'solve' : 'reopen');
}

function mustMay({ ability }: PortalActor, ticket: Ticket, action: string): void {
  if (!allowed(ability, action, 'Ticket', ticket)) throw new Refused('tickets.team.beyond-role');
}
