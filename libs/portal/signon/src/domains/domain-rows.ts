import { domainAsWritten, type Visit } from '@foyer/web';
import { type ClaimedDomain, recordOf } from './claimed-domains.js';

/** Domains as pages show them, each with the record that proves it; `path`: where their forms go. */
export const domainRows = (visit: Visit, domains: readonly ClaimedDomain[], path: string) =>
  domains.map((claim) => {
    const state = claim.missingSince !== null ? 'missing' : claim.verifiedAt !== null ? 'verified' : 'waiting';
    const tone = { missing: 'bad', verified: 'good', waiting: 'warn' }[state];
    return {
      action: `${path}/${claim.id}`,
      domain: domainAsWritten(claim.domain),
      ...{ state, tone, stateLabel: visit.t(`signon.domain.state-${state}`) },
      record: recordOf(claim),
      checkedAt: claim.checkedAt,
    };
  });
