import { Get, Post } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { type PortalActor } from '@foyer/identity';
import {
  Can,
  ConsoleController,
  CurrentActor,
  CurrentVisit,
  Feature,
  Filters,
  filterView,
  Form,
  type FormState,
  listView,
  seeOther,
  View,
  type Visit,
} from '@foyer/web';
import { TICKET_STATUSES, type TicketStatus } from '../ticket.entity.js';
import { bulkForm } from '../ticket-forms.js';
import { type TicketFilter, TicketList } from '../ticket-list.js';
import { parseTicketNumber } from '../ticket-number.js';
import { rowView, statusOptions } from '../ticket-view.js';
import { Tickets } from '../tickets.js';

const PATH = '/console/tickets';
const PAGE = 50;
const UNDONE: readonly TicketStatus[] = ['open', 'pending', 'on_hold'];
export const VIEWS = ['inbox', 'mine', 'unassigned', 'pending', 'solved', 'all'] as const;
type ViewName = (typeof VIEWS)[number];

const filters = z.object({
  q: z.string().trim().max(100).catch(''),
  view: z.enum(VIEWS).catch('inbox'),
  status: z.enum(TICKET_STATUSES).nullable().catch(null),
  assignee: z
    .union([z.literal('none'), z.uuid()])
    .nullable()
    .catch(null),
  company: z.uuid().nullable().catch(null),
  requester: z.uuid().nullable().catch(null),
  cursor: z.string().max(100).nullable().catch(null),
});

/** Where agents work: views at the side, filters above, the tickets last touched first. */
@ConsoleController('tickets')
@Feature('tickets')
@Can('read', 'Ticket')
export class InboxController {
  constructor(
    private readonly list: TicketList,
    private readonly tickets: Tickets,
  ) {}

  @Get()
  @View('tickets/team/inbox')
  async inbox(
    @CurrentVisit() visit: Visit,
    @CurrentActor() actor: PortalActor,
    @Filters(filters) asked: z.output<typeof filters>,
  ) {
    const { q, view, status, assignee, company, requester, cursor } = asked;
    const filter = {
      ...viewFilter(view, actor),
      ...(status ? { statuses: [status] } : {}),
      ...(assignee ? { assignee } : {}),
    };
    const { rows, next, previous } = await this.list.page(actor, {
      ...filter,
      companyId: company,
      requesterId: requester,
      search: q || null,
      cursor,
      limit: PAGE,
    });
    const { counts, agents, companies } = await this.list.surroundings(actor);
    const works = actor.ability.can('update', 'Ticket');
    return {
      heading: visit.t(`tickets.view.${view}`),
      views: VIEWS.map((name) => ({
        label: visit.t(`tickets.view.${name}`),
        href: name === 'inbox' ? PATH : `${PATH}?view=${name}`,
        current: name === view,
        count: counts[name] ?? 0,
      })),
      filters: [
        filterView(visit, PATH, {
          name: 'status',
          label: visit.t('tickets.field.status'),
          current: status,
          options: statusOptions(visit),
        }),
        filterView(visit, PATH, {
          name: 'assignee',
          label: visit.t('tickets.field.assignee'),
          current: assignee,
          options: [{ value: 'none', label: visit.t('tickets.nobody') }, ...agents],
        }),
        filterView(visit, PATH, {
          name: 'company',
          label: visit.t('tickets.field.company'),
          current: company,
          options: companies,
        }),
      ],
      ...listView(visit, PATH, {
        q: q || null,
        filters: { view: view === 'inbox' ? null : view, status, assignee, company, requester },
        next,
        previous,
      }),
      filtered: q !== '' || [status, assignee, company, requester].some((value) => value !== null),
      cleared:
        q !== '' || [status, assignee, company, requester].some((value) => value !== null)
          ? view === 'inbox'
            ? PATH
            : `${PATH}?view=${view}`
          : null,
      tickets: rows.map((row) => rowView(visit, '/console', row)),
      bulk: works ? { action: `${PATH}/bulk`, statuses: statusOptions(visit), assignees: agents } : null,
    };
  }

  /** The same change to all selected tickets. Those that cannot take it stay as they are. */
  @Post('bulk')
  @Can('update', 'Ticket')
  async bulk(@CurrentActor() actor: PortalActor, @Form(bulkForm) form: FormState<z.output<typeof bulkForm>>) {
    if (form.failed) return seeOther(PATH, 'tickets.inbox.none-selected', 'bad');
    const { ticket, status, assignee } = form.value;
    const change = { ...(status ? { status } : {}), ...(assignee ? { assigneeId: assignee } : {}) };
    for (const text of ticket) {
      const number = parseTicketNumber(text);
      if (number === null) throw new NotFound();
      await this.tickets.update(actor, number, change);
    }
    return seeOther(PATH, 'tickets.inbox.applied');
  }
}

function viewFilter(view: ViewName, actor: PortalActor): Partial<TicketFilter> {
  if (view === 'mine') return { statuses: UNDONE, assignee: actor.id };
  if (view === 'unassigned') return { statuses: UNDONE, assignee: 'none' };
  if (view === 'pending') return { statuses: ['pending', 'on_hold'] };
  if (view === 'solved') return { statuses: ['solved', 'closed'] };
  return view === 'inbox' ? { statuses: UNDONE } : {};
}
