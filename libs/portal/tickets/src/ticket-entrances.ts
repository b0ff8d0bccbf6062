import { Injectable, type OnModuleInit } from '@nestjs/common';
import { translate } from '@foyer/i18n';
import { type PortalActor, TicketTally } from '@foyer/identity';
import { Features, Navigation, PortalHome } from '@foyer/settings';
import type { Visit } from '@foyer/web';
import { TicketList } from './ticket-list.js';
import { rowView } from './ticket-view.js';

const RECENT = 5;

/** Where tickets show outside their own pages: navigation, the portal's home, the pages of people and companies. */
@Injectable()
export class TicketEntrances implements OnModuleInit {
  constructor(
    private readonly features: Features,
    private readonly navigation: Navigation,
    private readonly home: PortalHome,
    private readonly tally: TicketTally,
    private readonly list: TicketList,
  ) {}

  onModuleInit(): void {
    this.features.declare({
      name: 'tickets',
      label: 'tickets.feature.label',
      description: 'tickets.feature.description',
      icon: 'ticket',
      order: 10,
      byDefault: true,
    });
    this.navigation.add(
      {
        on: 'portal',
        href: '/tickets',
        label: 'tickets.nav.portal',
        icon: 'ticket',
        order: 20,
        feature: 'tickets',
        shownTo: ({ kind }) => kind !== 'guest',
      },
      {
        on: 'console',
        href: '/console/tickets',
        label: 'tickets.nav.console',
        icon: 'inbox',
        order: 10,
        feature: 'tickets',
      },
    );
    this.home.contribute({
      feature: 'tickets',
      order: 20,
      actions: ({ kind }) => [
        { href: '/tickets/new', label: 'tickets.home.new', text: 'tickets.home.new-text', icon: 'plus' },
        ...(kind === 'guest'
          ? []
          : [{ href: '/tickets', label: 'tickets.home.list', text: 'tickets.home.list-text', icon: 'ticket' }]),
      ],
      section: (actor, visit) => this.recent(actor as PortalActor, visit),
    });
    this.tally.fill({
      count: (actor, of, ids) => this.list.tally(actor, of, ids),
      latest: (actor, personId, locale) => this.latest(actor, personId, locale),
    });
  }

  private async recent(actor: PortalActor, visit: Pick<Visit, 't' | 'locale'>) {
    if (actor.kind === 'guest') return null;
    const { rows } = await this.list.page(actor, { scope: 'mine', limit: RECENT });
    return rows.length > 0
      ? { template: 'tickets/customer/home', view: { tickets: rows.map((row) => rowView(visit, '', row)) } }
      : null;
  }

  private async latest(actor: PortalActor, requesterId: string, locale: string) {
    const { rows } = await this.list.page(actor, { requesterId, limit: RECENT });
    return rows.map((row) => rowView({ locale, t: (key, values) => translate(locale, key, values) }, '/console', row));
  }
}
