import { Injectable, type OnModuleInit } from '@nestjs/common';
import { teamParts } from '@foyer/identity';
import {
  Collections,
  declareReference,
  declareResource,
  references,
  type ResourceItem,
  type StillNeeded,
  text,
} from '@foyer/settings';
import { Slots } from '@foyer/slots';
import { sent } from './sent-requests.js';

/** People of the team who work on tickets. */
export const workingAgents = declareReference('agents');

export const ticketGroups = declareResource('ticket-groups', {
  one: 'ticket group',
  words: 'requests.setup.groups',
  page: { path: 'ticket-groups', group: 'tickets', icon: 'users', order: 70, feature: 'tickets' },
  fields: {
    name: text(80, { unique: true }),
    /** Whoever has left the team stays in here without effect. */
    memberIds: references(workingAgents, 500),
  },
  row: ({ memberIds }, { t }) => ({ text: t('requests.setup.groups.people', { count: memberIds.length }) }),
});
export type TicketGroup = ResourceItem<typeof ticketGroups>;

/** Parts of the team that tickets can be given to. */
@Injectable()
export class Groups implements OnModuleInit {
  constructor(
    private readonly collections: Collections,
    private readonly slots: Slots,
  ) {}

  onModuleInit(): void {
    this.collections.protect(ticketGroups, this.stillNeeded);
    this.slots.fill(teamParts, 10, (personId) => this.of(personId));
  }

  all(): Promise<readonly TicketGroup[]> {
    return this.collections.all(ticketGroups);
  }

  find(id: string | null): Promise<TicketGroup | undefined> {
    return this.collections.find(ticketGroups, id);
  }

  /** Ids of those somebody belongs to. */
  async of(personId: string): Promise<string[]> {
    return (await this.all()).filter(({ memberIds }) => memberIds.includes(personId)).map(({ id }) => id);
  }

  private readonly stillNeeded = async (id: string): ReturnType<StillNeeded> => {
    const { count, href } = await sent(this.slots).undoneOf(id);
    return count > 0 ? { code: 'requests.setup.groups.in-use', values: { count }, href } : null;
  };
}
