import { Injectable } from '@nestjs/common';
import { allowed } from '@foyer/access';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { PortalPrincipals, TeamRoles } from '@foyer/identity';
import { type Notice, Notices, type Reader } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';
import { domainAsWritten } from '@foyer/web';
import { DomainLost, DomainMissing } from '../signon.events.js';
import { ClaimedDomains, GRACE_DAYS, recordOf } from './claimed-domains.js';

interface Facts {
  domain: string;
  lost: boolean;
  record: { name: string; value: string } | null;
}

/** Tells those who look after a domain that its record is gone: before it counts for nothing, and when it does. */
@Injectable()
export class DomainMails {
  private readonly missing: Notice<{ claimId: string }, Facts>;

  constructor(
    private readonly database: Database,
    private readonly roles: TeamRoles,
    private readonly principals: PortalPrincipals,
    private readonly domains: ClaimedDomains,
    private readonly port: Notices,
  ) {
    this.missing = port.declare({
      ...{ name: 'sign-on.domain-missing', template: 'signon/email/domain-missing', class: 'service' },
      mayKnow: (readers, { claimId }) => this.mayKnow(readers, claimId),
      letter: (_, facts) => ({ data: { ...facts, days: GRACE_DAYS, url: `${currentTenant().origin}/` } }),
    });
  }

  @OnEvent(DomainMissing, 'signon.mail-domain-missing')
  async tellMissing({ claimId, domain, companyId }: DomainMissing): Promise<void> {
    await this.tell(claimId, domain, companyId, false);
  }

  @OnEvent(DomainLost, 'signon.mail-domain-lost')
  async tellLost({ claimId, domain, companyId }: DomainLost): Promise<void> {
    await this.tell(claimId, domain, companyId, true);
  }

  private async tell(claimId: string, domain: string, companyId: string | null, lost: boolean): Promise<void> {
    const claim = (await this.domains.of(companyId)).find(({ id }) => id === claimId);
    if (!claim) return;
    const facts = { domain: domainAsWritten(domain), lost, record: recordOf(claim) };
    const id = `${claimId} ${claim.missingSince ?? claim.checkedAt ?? ''} ${lost ? 'lost' : 'missing'}`;
    await this.port.notify(this.missing, { claimId }, { id, to: await this.keepers(companyId), facts });
  }

  private async keepers(companyId: string | null): Promise<string[]> {
    const roles = await this.roles.thatMay('settings.manage');
    const found = await this.database.read((em) =>
      rows<{ id: string }>(
        em,
        companyId === null
          ? sql`select id from ${table('person')} where status = 'active' and team_role = any(${roles}::text[]) order by created_at limit 100`
          : sql`select person_id as id from ${table('membership')} where company_id = ${companyId} order by created_at limit 500`,
      ),
    );
    return found.map(({ id }) => id);
  }

  /** As long as the domain is theirs to look after. */
  private async mayKnow(readers: Reader[], claimId: string): Promise<Reader[]> {
    const claim = (await this.domains.all()).find(({ id }) => id === claimId);
    if (!claim) return [];
    const may = await Promise.all(
      readers.map(async ({ id }) => {
        const person = id && (await this.principals.person(id));
        return !!person && allowed(person.ability, 'manage', 'SignOn', { companyId: claim.companyId });
      }),
    );
    return readers.filter((_, index) => may[index]);
  }
}
