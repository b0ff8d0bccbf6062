import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import { begins } from '@foyer/i18n';
import { consoleSearch, type Found } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import { numberIn } from '../ticket-filter.js';
import { TicketList } from '../ticket-list.js';
import { rowView } from '../ticket-view.js';

const MOST = 6;

/** Tickets among what can be found in the console, by number or by their words. */
@Injectable()
export class FindTickets implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly list: TicketList,
  ) {}

  onModuleInit(): void {
    this.slots.fill(consoleSearch, 20, {
      label: 'tickets.find.tickets',
      find: (actor, words, visit) => this.find(actor as PortalActor, words, visit),
    });
  }

  private async find(actor: PortalActor, words: string, visit: Visit): Promise<Found[]> {
    const create = visit.t('tickets.find.new');
    const found = holds(actor.ability, 'open-for', 'Desk') && begins(create, words) ? [create] : [];
    const rows = words === '' ? [] : await this.tickets(actor, words);
    return [
      ...found.map((title) => ({ title, text: null, href: '/console/tickets/new', icon: 'plus' })),
      ...rows.map(({ row, isNamed }) => {
        const { subject, number, requester, href } = rowView(visit, '/console', row);
        return { title: subject, text: `${number} · ${requester}`, href, icon: 'ticket', isNamed };
      }),
    ];
  }

  /** Whoever types a ticket's number means that ticket, whatever else has it among its words. */
  private async tickets(actor: PortalActor, words: string) {
    const number = numberIn(words);
    const page = { limit: MOST, cursor: null };
    const meant = number === null ? [] : (await this.list.page(actor, { ...page, number })).rows;
    const others = (await this.list.page(actor, { ...page, search: words })).rows;
    const known = new Set(meant.map(({ id }) => id));
    return [
      ...meant.map((row) => ({ row, isNamed: true })),
      ...others.filter(({ id }) => !known.has(id)).map((row) => ({ row, isNamed: false })),
    ].slice(0, MOST);
  }
}
