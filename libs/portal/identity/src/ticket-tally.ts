import { Injectable } from '@nestjs/common';
import type { PortalActor } from './portal-actor.js';

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
  /** Whether there are tickets at all for this member of the team; else pages say nothing of them. */
  isOpenTo: (actor: PortalActor) => boolean;
  /** How many tickets people or companies have, as far as the actor may see them. */
  count: (actor: PortalActor, of: 'person' | 'company', ids: string[]) => Promise<Map<string, Tally>>;
  latest: (actor: PortalActor, personId: string, locale: string) => Promise<RecentTicket[]>;
}

/** Slot `person.tickets`: what the pages of people and companies tell of tickets. The tickets module fills it. */
@Injectable()
export class TicketTally {
  private source: TicketTallySource = {
    isOpenTo: () => false,
    count: () => Promise.resolve(new Map()),
    latest: () => Promise.resolve([]),
  };

  fill(source: TicketTallySource): void {
    this.source = source;
  }

  isOpenTo(actor: PortalActor): boolean {
    return this.source.isOpenTo(actor);
  }

  count(actor: PortalActor, of: 'person' | 'company', ids: string[]): Promise<Map<string, Tally>> {
    return this.source.count(actor, of, ids);
  }

  latest(actor: PortalActor, personId: string, locale: string): Promise<RecentTicket[]> {
    return this.source.latest(actor, personId, locale);
  }
}
