import { EventName } from '@foyer/events';

/** Somebody came by a connection for the first time: its provider's word opens their account from now on. */
@EventName('sign-on.linked')
export class IdentityLinked {
  constructor(
    readonly personId: string,
    readonly connectionId: string,
    /** The account was made for it. */
    readonly isNew: boolean,
    /** ISO; makes the event unique. */
    readonly at: string,
  ) {}
}

/** An identity opens somebody's account no more. */
@EventName('sign-on.unlinked')
export class IdentityUnlinked {
  constructor(
    readonly personId: string,
    readonly connectionId: string,
    /** ISO; makes the event unique. */
    readonly at: string,
  ) {}
}

/** A connection's provider has said no, or we to what it said. */
@EventName('sign-on.refused')
export class SignOnDenied {
  constructor(
    readonly connectionId: string,
    /** Why, in a word. */
    readonly reason: string,
    /** Null: whoever it was is not known. */
    readonly personId: string | null,
    readonly ip: string | null,
  ) {}
}

/** A company, or the operator, says that a domain is theirs. */
@EventName('domain.claimed')
export class DomainClaimed {
  constructor(
    readonly claimId: string,
    readonly domain: string,
    /** Null: the operator's. */
    readonly companyId: string | null,
  ) {}
}

/** The record that proves a claim was seen. */
@EventName('domain.verified')
export class DomainVerified {
  constructor(
    readonly claimId: string,
    readonly domain: string,
    readonly companyId: string | null,
  ) {}
}

/** The record that proved a claim is gone; the domain counts a few days more. */
@EventName('domain.missing')
export class DomainMissing {
  constructor(
    readonly claimId: string,
    readonly domain: string,
    readonly companyId: string | null,
  ) {}
}

/** The record was gone for too long: the domain counts no more. */
@EventName('domain.lost')
export class DomainLost {
  constructor(
    readonly claimId: string,
    readonly domain: string,
    readonly companyId: string | null,
  ) {}
}

/** A claim was given up. */
@EventName('domain.released')
export class DomainReleased {
  constructor(
    readonly claimId: string,
    readonly domain: string,
    readonly companyId: string | null,
  ) {}
}
