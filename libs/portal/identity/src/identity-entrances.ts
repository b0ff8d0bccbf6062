import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import { navEntries } from '@foyer/settings';
import { Slots } from '@foyer/slots';
import type { PortalActor } from './portal-actor.js';

/** The ways to people and companies. */
@Injectable()
export class IdentityEntrances implements OnModuleInit {
  constructor(private readonly slots: Slots) {}

  onModuleInit(): void {
    this.slots.fill(navEntries, 30, {
      ...{ on: 'console', href: '/console/people', label: 'identity.nav.people', icon: 'user' },
      shownTo: ({ ability }) => holds(ability, 'browse', 'Person'),
    });
    this.slots.fill(navEntries, 40, {
      ...{ on: 'console', href: '/console/companies', label: 'identity.nav.companies', icon: 'company' },
      shownTo: ({ ability }) => holds(ability, 'browse', 'Company'),
    });
    this.slots.fill(navEntries, 50, {
      ...{ on: 'console', href: '/console/team', label: 'identity.nav.team', icon: 'users' },
      shownTo: ({ ability }) => holds(ability, 'read', 'Team'),
    });
    this.slots.fill(navEntries, 80, {
      ...{ on: 'portal', href: '/company', label: 'identity.nav.company', icon: 'company' },
      shownTo: (actor) => ((actor as PortalActor).companies?.length ?? 0) > 0,
    });
  }
}
