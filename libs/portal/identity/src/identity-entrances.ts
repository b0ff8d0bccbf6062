import { Injectable, type OnModuleInit } from '@nestjs/common';
import { holds } from '@foyer/access';
import { Navigation } from '@foyer/settings';
import type { PortalActor } from './portal-actor.js';

/** The ways to people and companies. */
@Injectable()
export class IdentityEntrances implements OnModuleInit {
  constructor(private readonly navigation: Navigation) {}

  onModuleInit(): void {
    this.navigation.add(
      {
        ...{ on: 'console', href: '/console/people', label: 'identity.nav.people', icon: 'user', order: 30 },
        shownTo: ({ ability }) => holds(ability, 'browse', 'Person'),
      },
      {
        ...{ on: 'console', href: '/console/companies', label: 'identity.nav.companies', icon: 'company', order: 40 },
        shownTo: ({ ability }) => holds(ability, 'browse', 'Company'),
      },
      {
        ...{ on: 'console', href: '/console/team', label: 'identity.nav.team', icon: 'users', order: 50 },
        shownTo: ({ ability }) => holds(ability, 'read', 'Team'),
      },
      {
        on: 'portal',
        href: '/company',
        label: 'identity.nav.company',
        icon: 'company',
        order: 80,
        shownTo: (actor) => ((actor as PortalActor).companies?.length ?? 0) > 0,
      },
    );
  }
}
