import { Injectable, type OnModuleInit } from '@nestjs/common';
import { accessible, holds } from '@foyer/access';
import { condition, Database, rows, sql, table, verbatim } from '@foyer/database';
import { companyCounts, companyPanels, personCounts, personPanels, type PortalActor } from '@foyer/identity';
import { Features } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import { TicketList } from '../ticket-list.js';
import { rowView } from '../ticket-view.js';

const LATEST = 5;

/** What the console tells of tickets where it speaks of people and companies, to those who see tickets. */
@Injectable()
export class TicketsOfPeople implements OnModuleInit {
  constructor(
    private readonly slots: Slots,
    private readonly features: Features,
    private readonly database: Database,
    private readonly list: TicketList,
  ) {}

  onModuleInit(): void {
    const label = 'tickets.people.open';
    const count = async (actor: PortalActor, of: 'requester' | 'company', ids: string[]) => {
      if (!(await this.isShownTo(actor))) return null;
      return new Map((await this.tally(actor, of, ids)).map(({ id, open }) => [id, open]));
    };
    this.slots.fill(personCounts, 10, { label, count: (actor, ids) => count(actor, 'requester', ids) });
    this.slots.fill(companyCounts, 10, { label, count: (actor, ids) => count(actor, 'company', ids) });
    this.slots.fill(personPanels, 10, {
      place: 'main',
      load: async (actor, id, visit) => ((await this.isShownTo(actor)) ? this.latest(actor, id, visit) : null),
    });
    this.slots.fill(companyPanels, 10, {
      place: 'head',
      load: async (actor, id) =>
        (await this.isShownTo(actor))
          ? { template: 'tickets/team/people/all', view: { href: `/console/tickets?view=all&company=${id}` } }
          : null,
    });
    this.slots.fill(companyPanels, 10, {
      place: 'facts',
      load: async (actor, id) => {
        if (!(await this.isShownTo(actor))) return null;
        const [{ open, all } = { open: 0, all: 0 }] = await this.tally(actor, 'company', [id]);
        return { template: 'tickets/team/people/counts', view: { open, all } };
      },
    });
  }

  private async isShownTo({ ability }: PortalActor): Promise<boolean> {
    return holds(ability, 'read', 'Desk') && (await this.features.enabled('tickets'));
  }

  private async latest(actor: PortalActor, requesterId: string, visit: Visit) {
    const { rows: latest } = await this.list.page(actor, { requesterId, limit: LATEST });
    const tickets = latest.map((row) => rowView(visit, '/console', row));
    const ticketsHref = `/console/tickets?view=all&requester=${requesterId}`;
    return { template: 'tickets/team/people/latest', view: { tickets, ticketsHref } };
  }

  /** How many each of them has, as far as the actor may see them. */
  private async tally(actor: PortalActor, of: 'requester' | 'company', ids: string[]) {
    if (ids.length === 0) return [];
    const may = condition(accessible(actor.ability, 'read', 'Ticket', 't'));
    const column = verbatim(`t.${of}_id`);
    return this.database.read((em) =>
      rows<{ id: string; open: number; all: number }>(
        em,
        sql`select ${column} as id, count(*) filter (where t.status in ('open', 'pending', 'on_hold'))::int as open, count(*)::int as all
              from ${table('ticket')} t where ${column} = any(${ids}::uuid[]) and ${may} group by 1`,
      ),
    );
  }
}
