import { Get, Post, Query } from '@nestjs/common';
import { allowed, Conflict, holds } from '@foyer/access';
import { Files } from '@foyer/files';
import type { PortalActor } from '@foyer/identity';
import { categoryOptions, Groups, type KeptFile, priorityOptions, Statuses } from '@foyer/requests';
import { Ask, type Asked, ConsoleController, type FormState, id, Posts, seeOther, View, type Visit } from '@foyer/web';
import { presenceText } from '../live/live.controller.js';
import { LiveTickets } from '../live/live-tickets.js';
import { propertiesForm, teamNoteForm, teamReplyForm } from '../ticket-forms.js';
import { snoozeChoices } from '../snoozes.js';
import { TicketSurroundings } from './ticket-surroundings.js';
import { UNDONE } from '../ticket-filter.js';
import { ticketNumber } from '../ticket-number.js';
import { onTicket } from '../on-ticket.js';
import { TicketPaper } from '../ticket-paper.js';
import { notePlace, replyPlace, TicketPageReader } from '../ticket-page.js';
import type { ThreadMessage, TicketView } from '../ticket-detail.js';
import { changedIn, propertiesOf, propertyValues, typedAgain } from '../ticket-properties.js';
import { TicketPanels } from '../ticket-slots.js';
import { unsentView } from '../unsent.js';
import { Tickets } from '../tickets.js';
import { Proposals } from './proposals.js';
import { Drafts, draftView } from '../asking/drafts.js';
import { Attachments } from '../attachments.js';
import { entryViews, rowView, statusChoices, ticketView } from '../ticket-view.js';

const PATH = '/console/tickets';
const LINK_SECONDS = 60;
const at = (number: number): string => `${PATH}/${ticketNumber(number)}`;
const onFile = { params: { ...onTicket.params, file: id } };
const replying = { ...onTicket, form: teamReplyForm, uploads: 'attachments' };
const noting = { ...onTicket, form: teamNoteForm, uploads: 'attachments' };
const describing = { ...onTicket, form: propertiesForm };
type Forms = Partial<Record<'reply' | 'note' | 'properties', FormState<unknown>>>;

/** One ticket for the team: thread, notes, and the customer beside it. */
@ConsoleController('tickets/:number', { feature: 'tickets', can: ['read', 'Desk'] })
@Posts<typeof onTicket, PortalActor, TeamTicketController>(onTicket, ({ number }) => at(number), {
  solution: [({ tickets }, { actor, number }) => tickets.solve(actor, number), 'tickets.team.updated'],
  reopening: [({ tickets }, { actor, number }) => tickets.reopen(actor, number), 'tickets.team.updated'],
  taking: [
    ({ tickets }, { actor, number }) => tickets.update(actor, number, { assigneeId: actor.id }),
    'tickets.team.taken',
  ],
})
export class TeamTicketController {
  constructor(
    readonly tickets: Tickets,
    private readonly page: TicketPageReader,
    private readonly surroundings: TicketSurroundings,
    private readonly attachments: Attachments,
    private readonly files: Files,
    private readonly panels: TicketPanels,
    private readonly proposals: Proposals,
    private readonly statuses: Statuses,
    private readonly groups: Groups,
    private readonly live: LiveTickets,
    private readonly drafts: Drafts,
    private readonly paper: TicketPaper,
  ) {}

  @Get()
  @View('tickets/team/show')
  async show(
    @Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>,
    @Query('macro') macro?: unknown,
    @Query('thread') thread?: unknown,
    @Query('after') after?: unknown,
  ) {
    const ticket = await this.page.read(actor, number, thread === 'all' ? 'whole' : 'ends');
    const proposed = typeof macro === 'string' ? await this.proposals.of(visit, actor, ticket, macro) : null;
    if (!proposed) return this.view(visit, actor, ticket);
    const { text, note, status, proposals } = proposed;
    const to = status ? (status.statusId ? `${status.to}.${status.statusId}` : status.to) : statusAfter(ticket);
    const before = after === 'draft' ? (note ? ticket.noteDraft : ticket.draft)?.content : undefined;
    const body = [before?.['body'], text].filter(Boolean).join('\n\n');
    const form = visit.form({ ...before, body, status: to, also: proposals.map(({ value }) => value) });
    return this.view(visit, actor, ticket, note ? { note: form } : { reply: form });
  }

  @Get('print')
  @View('tickets/customer/print')
  async print(
    @Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>,
    @Query('notes') notes?: unknown,
  ) {
    return this.paper.of(visit, actor, await this.page.read(actor, number), '/console', notes === 'yes');
  }

  @Post('replies')
  @View('tickets/team/show')
  async reply(@Ask(replying) { visit, actor, number, form, uploads }: Asked<typeof replying, PortalActor>) {
    const before = await this.page.read(actor, number); // before anything is stored for a ticket that is not theirs
    const kept = await this.attachments.answer(actor, form, uploads);
    const missed = form.failed ? null : writtenSince(before, form.value.seen, actor);
    await form.attempt(async ({ body, status, also: chosen }) => {
      if (missed)
        throw new Conflict('tickets.team.talked-over', { name: missed.author ?? visit.t('tickets.event.nobody') });
      const also = await this.proposals.chosen(actor, before, chosen);
      return this.tickets.reply(
        actor,
        number,
        { body, fileIds: idsOf(kept), source: 'console', also },
        status?.status,
        status?.statusId,
      );
    });
    if (form.failed) return this.view(visit, actor, await this.page.read(actor, number, 'ends'), { reply: form }, kept);
    await this.drafts.discard(actor, replyPlace(number), form.values);
    return seeOther(form.value.onward ?? at(number), 'tickets.team.replied');
  }

  @Post('notes')
  @View('tickets/team/show')
  async note(@Ask(noting) { visit, actor, number, form, uploads }: Asked<typeof noting, PortalActor>) {
    const before = await this.page.read(actor, number, 'none');
    const kept = await this.attachments.answer(actor, form, uploads);
    await form.attempt(async ({ body, also: chosen }) => {
      const also = await this.proposals.chosen(actor, before, chosen);
      return this.tickets.note(actor, number, { body, fileIds: idsOf(kept), source: 'console', also });
    });
    if (form.failed) return this.view(visit, actor, await this.page.read(actor, number, 'ends'), { note: form }, kept);
    await this.drafts.discard(actor, notePlace(number), form.values);
    return seeOther(at(number), 'tickets.team.noted');
  }

  @Post('properties')
  @View('tickets/team/show')
  async properties(@Ask(describing) { visit, actor, number, form }: Asked<typeof describing, PortalActor>) {
    const before = await this.page.read(actor, number, 'none');
    const { changed, tags, seen } = changedIn(form.values, before);
    await form.attempt(({ status, priority, assignee, category, group, subject }) =>
      this.tickets.update(
        actor,
        number,
        {
          ...(changed('status') && status),
          ...(changed('priority') && { priority }),
          ...(changed('assignee') && { assigneeId: assignee }),
          ...(changed('category') && { categoryId: category }),
          ...(changed('group') && { groupId: group }),
        },
        { tags, seen, subject: changed('subject') ? (subject ?? null) : null },
      ),
    );
    if (!form.failed) return this.onward(actor, number, 'tickets.team.updated');
    const now = await this.page.read(actor, number, 'ends');
    Object.assign(form.values, typedAgain(form.values, form.errors, now));
    return this.view(visit, actor, now, { properties: form });
  }

  @Get('attachments/:file')
  async attachment(@Ask(onFile) { actor, number, file }: Asked<typeof onFile, PortalActor>) {
    return seeOther(this.files.signedUrl(await this.page.attachment(actor, number, file), LINK_SECONDS));
  }

  /** What was changed may have taken the ticket out of the actor's reach. */
  private async onward(actor: PortalActor, number: number, flash: string) {
    return (await this.page.isOpenTo(actor, number))
      ? seeOther(at(number), flash)
      : seeOther(PATH, 'tickets.team.handed-on');
  }

  private async view(visit: Visit, actor: PortalActor, ticket: TicketView, forms: Forms = {}, kept: KeptFile[] = []) {
    const { agents, categories, others, customer } = await this.surroundings.beside(actor, ticket);
    const { number, assigneeId } = ticket;
    this.live.seen(actor, number);
    const choices = await statusChoices(visit, this.statuses);
    const draft = forms.reply || !ticket.can.reply ? null : ticket.draft;
    return {
      ticket: ticketView(visit, '/console', ticket),
      entries: entryViews(visit, '/console', ticket, actor.id),
      seen: ticket.messages.at(-1)?.id ?? '',
      customer: {
        ...customer,
        name: ticket.requester,
        email: ticket.requesterEmail,
        href: holds(actor.ability, 'browse', 'Person') ? `/console/people/${ticket.requesterId}` : null,
      },
      company: ticket.companyId
        ? {
            name: ticket.company,
            href: holds(actor.ability, 'browse', 'Company') ? `/console/companies/${ticket.companyId}` : null,
          }
        : null,
      forms: {
        reply: forms.reply ?? visit.form({ status: statusAfter(ticket), ...draft?.content }),
        note: forms.note ?? visit.form({ ...(forms.reply || !ticket.can.note ? null : ticket.noteDraft?.content) }),
        properties: forms.properties ?? visit.form(propertyValues(ticket)),
      },
      proposals: {
        reply: await this.proposals.again(visit, actor, ticket, alsoIn(forms.reply)),
        note: await this.proposals.again(visit, actor, ticket, alsoIn(forms.note)),
      },
      unsent:
        (!ticket.can.reply && unsentView(visit, '/console', ticket, forms.reply, 'replies', kept)) ||
        (!ticket.can.note && unsentView(visit, '/console', ticket, forms.note, 'notes', kept)) ||
        null,
      place: replyPlace(number),
      notePlace: notePlace(number),
      restored: draft?.updatedAt ?? null,
      drafts: { reply: draftView(ticket.draft), note: draftView(ticket.noteDraft) },
      kept,
      statuses: choices.filter(({ value }) => isWithin(actor, ticket, value)),
      nextStatuses: choices.filter(
        ({ value }) => !value.startsWith('closed') && (!isOver(value) || isWithin(actor, ticket, value)),
      ),
      priorities: priorityOptions(visit),
      assignees:
        assigneeId && !agents.some(({ value }) => value === assigneeId)
          ? [...agents, { value: assigneeId, label: `${ticket.assignee} ${visit.t('settings.resource.gone')}` }]
          : agents,
      groups: (await this.groups.all()).map(({ id, name }) => ({ value: id, label: name })),
      categories: categoryOptions(categories, visit.locale),
      followers: ticket.watchers,
      follows: ticket.watcherIds.includes(actor.id!),
      mine: assigneeId === actor.id,
      presence: presenceText(visit, this.live.others(actor, number)),
      tab: forms.note || (!forms.reply && !draft && ticket.noteDraft?.content['body']) ? 'note' : 'reply',
      files: this.attachments.limits,
      others: others.map((row) => rowView(visit, '/console', row)),
      panels: await this.panels.for('team', actor, ticket, visit),
      back: PATH,
      snooze:
        ticket.can.update && UNDONE.includes(ticket.status)
          ? snoozeChoices(visit, `${PATH}/${ticketNumber(number)}/snooze`)
          : null,
      can: ticket.can,
    };
  }
}

/** What a reply is offered to leave the ticket in: an afterthought to what is solved leaves it as it is. */
const statusAfter = (ticket: TicketView): string =>
  ticket.status === 'solved' ? propertiesOf(ticket).status : 'pending';

const isOver = (choice: string): boolean => /^(?:solved|closed)/.test(choice);

/** Whether the actor may bring the ticket into this status: ending it and opening it again are rights of their own. */
const isWithin = ({ ability }: PortalActor, ticket: TicketView, choice: string): boolean =>
  isOver(choice) === isOver(ticket.status) || allowed(ability, isOver(choice) ? 'solve' : 'reopen', 'Ticket', ticket);

const alsoIn = (form: FormState<unknown> | undefined): string[] => [form?.values['also'] ?? []].flat().slice(0, 50);
const idsOf = (kept: KeptFile[]): string[] => kept.map(({ id }) => id);

/** What somebody else wrote after the message that the reader saw last. */
function writtenSince({ messages }: TicketView, seen: string | null, { id }: PortalActor): ThreadMessage | null {
  const last = messages.findIndex((message) => message.id === seen);
  if (last < 0) return null;
  return messages.slice(last + 1).findLast(({ kind, authorId }) => kind === 'reply' && authorId !== id) ?? null;
}
