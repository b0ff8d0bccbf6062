import type { TenantStatus } from '@foyer/tenancy';

/** How a tenant pays. Who bills says it; what follows from it is decided here. */
export interface Bill {
  /** `given-up`: what is owed was asked for to the last. `ended`: it cancelled, and what was paid for is over. */
  state: 'paying' | 'late' | 'very-late' | 'paused' | 'given-up' | 'ended';
  /** When it became so, ISO. */
  since: string;
}

export interface Facts {
  /** Staff suspended it, and why. */
  heldReason: string | null;
  trialEndsAt: Date | null;
  bill: Bill | null;
}
export type Reason =
  'held' | 'trial' | 'paying' | 'free' | 'late' | 'very-late' | 'paused' | 'given-up' | 'trial-over' | 'ended';
export interface Standing {
  status: Extract<TenantStatus, 'trialing' | 'active' | 'past_due' | 'restricted' | 'suspended'>;
  reason: Reason;
  /** When time alone changes it next. */
  until: Date | null;
}

/** So long a portal goes on, restricted, after its trial or what was paid for is over. */
export const GRACE_DAYS = 14;
const DAY = 86_400_000;

/**
 * What state a tenant is in. It follows from what is so, never from what happened last, so that no order, repetition or delay
 * of news makes a difference.
 */
export function standing({ heldReason, trialEndsAt, bill }: Facts, now: Date): Standing {
  const as = (status: Standing['status'], reason: Reason, until: Date | null = null) => ({ status, reason, until });
  if (heldReason !== null) return as('suspended', 'held');
  switch (bill?.state) {
    case 'paying':
      return as('active', 'paying');
    case 'late':
      return as('past_due', 'late');
    case 'very-late':
      return as('restricted', 'very-late');
    case 'paused':
      return as('restricted', 'paused');
    case 'given-up':
      return as('suspended', 'given-up');
    default: {
      if (trialEndsAt && trialEndsAt > now) return as('trialing', 'trial', trialEndsAt);
      // A tenant without end was given its plan.
      const over = Math.max(trialEndsAt?.getTime() ?? 0, bill ? Date.parse(bill.since) : 0);
      if (over === 0) return as('active', 'free');
      const why = bill ? 'ended' : 'trial-over';
      const last = new Date(over + GRACE_DAYS * DAY);
      return last > now ? as('restricted', why, last) : as('suspended', why);
    }
  }
}
