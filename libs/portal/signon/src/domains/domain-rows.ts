import { domainAsWritten, type Visit } from '@foyer/web';
import { type ClaimedDomain, recordOf } from './claimed-domains.js';

/** Domains as pages show them, each with the record that proves it. */
export const domainRows = (visit: Visit, domains: readonly ClaimedDomain[]) =>
  domains.map((claim) => {
    const state = claim.missingSince !== null ? 'missing' : claim.verifiedAt !== null ? 'verified' : 'waiting';
    const tone = { missing: 'bad', verified: 'good', waiting: 'warn' }[state];
    return {
      id: claim.id,
      domain: domainAsWritten(claim.domain),
      ...{ state, tone, stateLabel: visit.t(`signon.domain.state-${state}`) },
      record: recordOf(claim),
      checkedAt: claim.checkedAt,
    };
  });
