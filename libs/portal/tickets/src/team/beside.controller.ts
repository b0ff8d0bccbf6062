import { Get } from '@nestjs/common';
import { z } from 'zod';
import type { PortalActor } from '@foyer/identity';
import { Ask, type Asked, ConsoleController, View } from '@foyer/web';
import { TicketList } from '../ticket-list.js';
import { parseTicketNumber } from '../ticket-number.js';
import { rowView } from '../ticket-view.js';
import { STANDARD_VIEWS, TicketViews } from '../views/ticket-views.js';
import { inboxFilter, inboxFilters } from './inbox-filter.js';

const PATH = '/console/tickets';
const PAGE = 50;
const asked = inboxFilters.extend({ at: z.string().max(30).catch('') });
const looking = { query: asked };

/** The list that a ticket was opened from, for beside it: asked for by the page itself, in the words of the inbox's address. */
@ConsoleController('tickets/beside', { feature: 'tickets', can: ['read', 'Desk'] })
export class BesideController {
  constructor(
    private readonly list: TicketList,
    private readonly views: TicketViews,
  ) {}

  @Get()
  @View('tickets/team/beside')
  async piece(@Ask(looking) { visit, actor, query: { at, ...filters } }: Asked<typeof looking, PortalActor>) {
    const saved = (await this.views.of(actor)).find(({ id }) => id === filters.view);
    const standard = STANDARD_VIEWS.find((name) => name === filters.view) ?? 'inbox';
    const { rows } = await this.list.page(actor, {
      ...inboxFilter(filters, actor, saved),
      cursor: filters.cursor,
      limit: PAGE,
    });
    const here = rows.findIndex(({ number }) => number === parseTicketNumber(at));
    const tickets = rows.map((row, index) => ({ ...rowView(visit, '/console', row), current: index === here }));
    return {
      heading: saved?.name ?? visit.t(`tickets.view.${standard}`),
      href: visit.link(PATH, { at: null, cursor: filters.cursor }),
      tickets,
      previous: here > 0 ? tickets[here - 1]!.href : null,
      // Whoever has just solved it finds it gone from the list: then the first is next.
      next: tickets[here + 1]?.href ?? null,
    };
  }
}
