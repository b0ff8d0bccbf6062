/**
 * Why somebody was not let in. `again`: it may work when they begin anew. `set-up`: whoever looks after the connection has to
 * change something. `person`: it is about the account.
 */
export const REASONS = {
  ...{ expired: 'again', 'other-browser': 'again', replayed: 'again', cancelled: 'again', unreachable: 'again' },
  ...{ credentials: 'again', 'too-many': 'again' },
  ...{ answer: 'set-up', 'no-address': 'set-up', unverified: 'set-up', 'not-claimed': 'set-up', off: 'set-up' },
  ...{ unlinkable: 'person', team: 'person', deactivated: 'person', unknown: 'person', 'no-role': 'person' },
  ...{ full: 'set-up' },
} as const satisfies Record<string, 'again' | 'set-up' | 'person'>;
export type Reason = keyof typeof REASONS;

/** Somebody who came by a connection is not let in. */
export class SignOnRefused extends Error {
  override name = 'SignOnRefused';
  /** Who it was, where that is known. */
  personId: string | null = null;
  /** Under which it is written down for those who look after the connection. */
  reference: string | null = null;

  constructor(
    readonly reason: Reason,
    /** A word for those who look after the connection: which check said no. Never a secret. */
    readonly check: string | null = null,
  ) {
    super(`Sign-on refused: ${reason}${check ? ` (${check})` : ''}`);
  }
}
