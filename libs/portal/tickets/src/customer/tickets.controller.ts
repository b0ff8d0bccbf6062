import { Get, Post, Query } from '@nestjs/common';
import { z } from 'zod';
import { holds, reasons } from '@foyer/access';
import { Files } from '@foyer/files';
import { formatters } from '@foyer/i18n';
import type { PortalActor } from '@foyer/identity';
import { type KeptFile, Requests, TICKET_STATUSES } from '@foyer/requests';
import {
  Ask,
  type Asked,
  field,
  filterView,
  type FormState,
  id,
  listView,
  PortalController,
  Posts,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { Merges } from '../merges.js';
import { answerForm, messageForm } from '../ticket-forms.js';
import { TicketList } from '../ticket-list.js';
import { ticketNumber } from '../ticket-number.js';
import { TicketPanels } from '../ticket-slots.js';
import { TicketPaper } from '../ticket-paper.js';
import { replyPlace, type ThreadPart, TicketPageReader } from '../ticket-page.js';
import type { TicketView } from '../ticket-detail.js';
import { onTicket } from '../on-ticket.js';
import { entryViews, rowView, statusOptions, ticketView } from '../ticket-view.js';
import { unsentView } from '../unsent.js';
import { Tickets } from '../tickets.js';
import { Drafts, draftView } from '../asking/drafts.js';
import { Attachments } from '../attachments.js';

const PATH = '/tickets';
const PAGE = 25;
const LINK_SECONDS = 60;
const SCOPES = ['mine', 'company', 'all'] as const;
type Scope = (typeof SCOPES)[number];
/** The list's and its spreadsheet's. */
export const customerFilters = z.object({
  q: field.search,
  scope: z.enum(SCOPES).nullable().catch(null),
  status: z.enum(TICKET_STATUSES).nullable().catch(null),
  cursor: field.cursor.nullable().catch(null),
});
const at = (number: number): string => `${PATH}/${ticketNumber(number)}`;
const listing = { query: customerFilters };
const onFile = { params: { ...onTicket.params, file: id } };
const replying = { ...onTicket, form: answerForm, uploads: 'attachments' };
const followingUp = { ...onTicket, form: messageForm };

/** A customer's tickets: their own, and their company's where their role allows it. */
@PortalController('tickets', { feature: 'tickets' })
@Posts<typeof onTicket, PortalActor, CustomerTicketsController>(onTicket, ({ number }) => at(number), {
  ':number/solution': [({ tickets }, { actor, number }) => tickets.solve(actor, number), 'tickets.show.marked-solved'],
  ':number/reopening': [({ tickets }, { actor, number }) => tickets.reopen(actor, number), 'tickets.show.reopened'],
})
export class CustomerTicketsController {
  constructor(
    readonly tickets: Tickets,
    private readonly list: TicketList,
    private readonly page: TicketPageReader,
    private readonly attachments: Attachments,
    private readonly files: Files,
    private readonly drafts: Drafts,
    private readonly requests: Requests,
    private readonly panels: TicketPanels,
    private readonly merges: Merges,
    private readonly paper: TicketPaper,
  ) {}

  @Get()
  @View('tickets/customer/list')
  async all(
    @Ask(listing) { visit, actor, query: { q, scope: asked, status, cursor } }: Asked<typeof listing, PortalActor>,
  ) {
    const scopes = scopesOf(actor);
    const scope = asked && scopes.includes(asked) ? asked : 'mine';
    const { rows, next, previous } = await this.list.page(actor, {
      scope,
      statuses: status && [status],
      search: q || null,
      cursor,
      limit: PAGE,
    });
    const tab = (value: Scope) => ({
      label: visit.t(`tickets.scope.${value}`),
      href: visit.link(PATH, { scope: value === 'mine' ? null : value }),
      current: value === scope,
      count: null,
    });
    const all = { value: '', label: visit.t('tickets.status.all') };
    return {
      tabs: scopes.length > 1 ? scopes.map(tab) : [],
      scope,
      status: filterView(visit, PATH, {
        name: 'status',
        label: visit.t('tickets.field.status'),
        current: status ?? '',
        options: [all, ...statusOptions(visit, TICKET_STATUSES, '')],
      }),
      ...listView(visit, PATH, {
        q: q || null,
        filters: { status, scope: scope === 'mine' ? null : scope },
        next,
        previous,
      }),
      filtered: q !== '' || status !== null,
      tickets: rows.map((row) => rowView(visit, '', row)),
      unfinished: await this.unfinished(actor),
      export:
        rows.length > 0 && holds(actor.ability, 'export', 'TicketList')
          ? visit.link(`${PATH}/export`, { scope, status, q: q || null })
          : null,
      can: { create: true },
    };
  }

  @Get(':number')
  @View('tickets/customer/show')
  show(
    @Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>,
    @Query('thread') thread?: unknown,
  ) {
    return this.view(visit, actor, number, null, [], thread === 'all' ? 'whole' : 'ends');
  }

  @Get(':number/print')
  @View('tickets/customer/print')
  async print(@Ask(onTicket) { visit, actor, number }: Asked<typeof onTicket, PortalActor>) {
    return this.paper.of(visit, actor, await this.page.read(actor, number), '');
  }

  @Post(':number/replies')
  @View('tickets/customer/show')
  async reply(@Ask(replying) { visit, actor, number, form, uploads }: Asked<typeof replying, PortalActor>) {
    await this.page.mayRead(actor, number); // before anything is stored for a ticket that is not theirs
    const kept = await this.attachments.answer(actor, form, uploads);
    await form.attempt(({ body }) => this.tickets.reply(actor, number, { body, fileIds: kept.map(({ id }) => id) }));
    if (form.failed) return this.view(visit, actor, number, form, kept);
    await this.drafts.discard(actor, replyPlace(number), form.values);
    return seeOther(at(number), 'tickets.show.replied');
  }

  /** A ticket that is over takes nothing any more: what comes then is a ticket of its own, linked with it. */
  @Post(':number/follow-ups')
  @View('tickets/customer/show')
  async followUp(@Ask(followingUp) { visit, actor, number, form }: Asked<typeof followingUp, PortalActor>) {
    await this.page.mayRead(actor, number);
    const ticket = await form.attempt(({ body }) => this.merges.followUp(actor, number, { body, fileIds: [] }));
    if (!ticket) return this.view(visit, actor, number, form, []);
    await this.drafts.discard(actor, replyPlace(number), form.values);
    return seeOther(at(ticket.number), 'tickets.new.done');
  }

  /** Permission is checked here, each time; the address it leads to is good for a minute. */
  @Get(':number/attachments/:file')
  async attachment(@Ask(onFile) { actor, number, file }: Asked<typeof onFile, PortalActor>) {
    return seeOther(this.files.signedUrl(await this.page.attachment(actor, number, file), LINK_SECONDS));
  }

  private async unfinished(actor: PortalActor) {
    const types = await this.requests.offered(actor);
    return (await this.drafts.unfinished(actor)).map(({ place, subject, updatedAt }) => {
      const type = types.find(({ id }) => place === `new:${id}`);
      // Of a type that is offered no longer: whichever form is chosen takes it over.
      const form = type ? `/${encodeURIComponent(type.slug || type.id)}` : '';
      return { place, subject, updatedAt, href: `${PATH}/new${form}` };
    });
  }

  /** Without a form: an untouched one, or the reply that was begun. */
  private async view(
    visit: Visit,
    actor: PortalActor,
    number: number,
    given: FormState<unknown> | null,
    kept: KeptFile[],
    part: ThreadPart = 'ends',
  ) {
    const ticket = await this.page.read(actor, number, part);
    const place = replyPlace(number);
    const { reply, solve, reopen, share, followUp } = ticket.can;
    const draft = given || !(reply || followUp) ? null : ticket.draft;
    const writers = new Map([[ticket.requester, { name: ticket.requester, team: false }]]);
    for (const writer of ticket.writers) writers.set(writer.name, writer);
    return {
      ticket: ticketView(visit, '', ticket),
      entries: entryViews(visit, '', ticket, actor.id),
      people: [...writers.values()],
      why: ticket.why && visit.t(ticket.why, { company: ticket.company ?? '' }),
      files: this.attachments.limits,
      form: given ?? visit.form(draft?.content ?? {}),
      unsent: reply || followUp ? null : unsentView(visit, '', ticket, given, 'replies', kept),
      panels: await this.panels.for('customer', actor, ticket, visit),
      place,
      restored: draft?.updatedAt ?? null,
      draft: draftView(ticket.draft),
      kept,
      followers: ticket.watchers.filter(({ team }) => !team),
      follows: ticket.watcherIds.includes(actor.id!),
      over: ticket.status === 'solved' ? goOnText(visit, ticket) : null,
      can: { reply, solve, reopen, share, followUp },
    };
  }
}

/** What a customer can still do about a ticket that is solved, in words. */
function goOnText(visit: Visit, { can: { reply, reopen }, reopensUntil }: TicketView): string | null {
  if (!reply && !reopen) return null;
  const how = reply && reopen ? 'write-or-reopen' : reply ? 'write' : 'reopen';
  const words = visit.t(`tickets.reopening.customer.${how}`);
  const until = reopensUntil && formatters(visit.region, visit.timeZone).date(reopensUntil, 'date');
  return until ? `${words} ${visit.t('tickets.reopening.customer.until', { date: until })}` : words;
}

/** Lists there is a point in: the company's where one sees it, and all where one sees more than one's own company. */
function scopesOf({ ability, companies }: PortalActor): Scope[] {
  const by = reasons(ability, 'read', 'Ticket');
  const around = by.has('tickets.why.branch') || by.has('tickets.why.partner') || companies.length > 1;
  return [
    'mine',
    ...(by.has('tickets.why.company') ? (['company'] as const) : []),
    ...(around ? (['all'] as const) : []),
  ];
}
