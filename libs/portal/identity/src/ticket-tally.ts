import { Injectable } from '@nestjs/common';
import type { PortalActor } from './portal-principals.js';

export interface Tally {
  open: number;
  all: number;
}
export interface RecentTicket {
  number: string;
  href: string;
  subject: string;
  status: string;
  statusLabel: string;
  updatedAt: string;
}
export interface TicketTallySource {
  /** How many tickets people or companies have, as far as the actor may see them. */
  count: (actor: PortalActor, of: 'person' | 'company', ids: string[]) => Promise<Map<string, Tally>>;
  latest: (actor: PortalActor, personId: string, locale: string) => Promise<RecentTicket[]>;
}

/** Slot `person.tickets`: what the pages of people and companies tell of tickets. The tickets module fills it. */
@Injectable()
export class TicketTally {
  private source: TicketTallySource = { count: () => Promise.resolve(new Map()), latest: () => Promise.resolve([]) };

  fill(source: TicketTallySource): void {
    this.source = source;
  }

  count(actor: PortalActor, of: 'person' | 'company', ids: string[]): Promise<Map<string, Tally>> {
    return this.source.count(actor, of, ids);
  }

  latest(actor: PortalActor, personId: string, locale: string): Promise<RecentTicket[]> {
    return this.source.latest(actor, personId, locale);
  }
}
