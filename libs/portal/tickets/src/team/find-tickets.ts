import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { begins, ConsoleSearch, type Found } from '@foyer/settings';
import type { Visit } from '@foyer/web';
import { TicketList } from '../ticket-list.js';
import { rowView } from '../ticket-view.js';

const MOST = 6;

/** Tickets among what can be found in the console, by number or by their words. */
@Injectable()
export class FindTickets implements OnModuleInit {
  constructor(
    private readonly search: ConsoleSearch,
    private readonly list: TicketList,
  ) {}

  onModuleInit(): void {
    this.search.add({
      label: 'tickets.find.tickets',
      order: 20,
      find: (actor, words, visit) => this.find(actor as PortalActor, words, visit),
    });
  }

  private async find(actor: PortalActor, words: string, visit: Visit): Promise<Found[]> {
    const create = visit.t('tickets.find.new');
    const found = holds(actor.ability, 'open-for', 'Desk') && begins(create, words) ? [create] : [];
    const { rows } =
      words === '' ? { rows: [] } : await this.list.page(actor, { search: words, limit: MOST, cursor: null });
    return [
      ...found.map((title) => ({ title, text: null, href: '/console/tickets/new', icon: 'plus' })),
      ...rows
        .map((row) => rowView(visit, '/console', row))
        .map(({ subject, number, requester, href }) => ({
          ...{ title: subject, text: `${number} · ${requester}`, href, icon: 'ticket' },
        })),
    ];
  }
}
