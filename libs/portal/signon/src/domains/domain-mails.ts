import { Injectable } from '@nestjs/common';
import { OnEvent } from '@foyer/events';
import { type Notice, Notices, type Reader } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';
import { domainAsWritten } from '@foyer/web';
import { Keepers } from '../keepers.js';
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
    private readonly keepers: Keepers,
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
    await this.port.notify(this.missing, { claimId }, { id, to: await this.keepers.of(companyId), facts });
  }

  /** As long as the domain is theirs to look after. */
  private async mayKnow(readers: Reader[], claimId: string): Promise<Reader[]> {
    const claim = (await this.domains.all()).find(({ id }) => id === claimId);
    if (!claim) return [];
    return this.keepers.among(readers, claim.companyId);
  }
}
