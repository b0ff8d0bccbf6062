import { Conflict } from '@foyer/access';

/** Stripe does not answer, or is not well: it may be tried again, and nothing has changed here. */
export class StripeAway extends Conflict {
  constructor() {
    super('billing.away');
  }
}

/** Stripe took the request and says no; its own words are for the log. */
export class StripeRefused extends Conflict {
  constructor(readonly reason: string) {
    super('billing.refused');
  }
}
