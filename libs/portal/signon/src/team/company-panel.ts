import { Injectable } from '@nestjs/common';
import { holds } from '@foyer/access';
import type { PortalActor } from '@foyer/identity';
import type { Visit } from '@foyer/web';
import { ConnectionBook } from '../connection-book.js';
import { ClaimedDomains } from '../domains/claimed-domains.js';
import { domainRows } from '../domains/domain-rows.js';

/** How a company's people sign in, on its page in the console: the team sees it, and can switch it off. */
@Injectable()
export class CompanySignOnPanel {
  readonly place = 'main';

  constructor(
    private readonly book: ConnectionBook,
    private readonly domains: ClaimedDomains,
  ) {}

  async load(actor: PortalActor, companyId: string, visit: Visit) {
    if (!holds(actor.ability, 'manage', 'SignOn')) return null;
    const connections = await this.book.of(companyId);
    const domains = await this.domains.of(companyId);
    if (connections.length === 0 && domains.length === 0) return null;
    return {
      template: 'signon/team/company-panel',
      view: {
        domains: domainRows(visit, domains, ''),
        connections: connections.map((one) => ({
          ...{ name: one.name, href: `/console/settings/${one.kind}-connections/${one.id}` },
          ...{ enabled: one.enabled && !one.blocked, enforced: one.enforced },
        })),
      },
    };
  }
}
