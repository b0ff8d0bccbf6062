import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { leaving, type PortalActor, type Previewed, rolePreviews } from '@foyer/identity';
import { Features, homeSections, navEntries, setupPages } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import { TicketList } from './ticket-list.js';
import { ticketNumber } from './ticket-number.js';
import { rowView } from './ticket-view.js';

const RECENT = 5;
const PREVIEWED = 12;

/** Where tickets show outside their own pages: navigation, the portal's home, what a role would see. */
@Injectable()
export class TicketEntrances implements OnModuleInit {
  constructor(
    private readonly features: Features,
    private readonly slots: Slots,
    private readonly list: TicketList,
    private readonly database: Database,
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
    const feature = 'tickets';
    this.slots.fill(navEntries, 20, {
      ...{ on: 'portal', href: '/tickets', label: 'tickets.nav.portal', icon: 'ticket', feature },
      shownTo: ({ kind }) => kind !== 'guest',
    });
    this.slots.fill(navEntries, 10, {
      ...{ on: 'console', href: '/console/tickets', label: 'tickets.nav.console', icon: 'inbox', feature },
      shownTo: ({ ability }) => holds(ability, 'read', 'Desk'),
    });
    this.slots.fill(setupPages, 50, {
      ...{ group: 'tickets', href: '/console/settings/reopening', icon: 'refresh', feature },
      ...{ label: 'tickets.reopening.title', text: 'tickets.reopening.lead' },
    });
    this.slots.fill(homeSections, 20, {
      feature,
      actions: ({ kind }) => [
        { href: '/tickets/new', label: 'tickets.home.new', text: 'tickets.home.new-text', icon: 'plus' },
        ...(kind === 'guest'
          ? []
          : [{ href: '/tickets', label: 'tickets.home.list', text: 'tickets.home.list-text', icon: 'ticket' }]),
      ],
      section: (actor, visit) => this.recent(actor as PortalActor, visit),
    });
    this.slots.fill(rolePreviews, 10, (actor, reader) => this.preview(actor, reader));
    this.slots.fill(leaving, 10, (companyId, personId) => this.unwatch(companyId, personId));
  }

  private async preview(actor: PortalActor, reader: PortalActor): Promise<Previewed> {
    const { rows: latest } = await this.list.page(actor, { reader, limit: PREVIEWED });
    return {
      count: await this.list.count(actor),
      latest: latest.map(({ number, subject, requester, company }) => ({
        title: subject,
        text: [ticketNumber(number), requester, company].filter(Boolean).join(' · '),
        href: `/console/tickets/${ticketNumber(number)}`,
      })),
    };
  }

  /** Whoever leaves a company no longer follows its tickets, and so no longer sees them; whoever leaves the team, any. */
  private async unwatch(companyId: string | null, personId: string): Promise<void> {
    await this.database.write((em) =>
      rows(
        em,
        sql`update ${table('ticket')} set watcher_ids = array_remove(watcher_ids, ${personId}::uuid)
             where ${companyId === null ? sql`true` : sql`company_id = ${companyId}`} and watcher_ids @> array[${personId}::uuid]`,
      ),
    );
  }

  private async recent(actor: PortalActor, visit: Pick<Visit, 't' | 'locale'>) {
    if (actor.kind === 'guest') return null;
    const { rows: recent } = await this.list.page(actor, { scope: 'mine', limit: RECENT });
    return recent.length > 0
      ? { template: 'tickets/customer/home', view: { tickets: recent.map((row) => rowView(visit, '', row)) } }
      : null;
  }
}
