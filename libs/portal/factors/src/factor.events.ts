import { EventName } from '@foyer/events';

/** Somebody has something beside their password now; all other sessions have ended. */
@EventName('factor.added')
export class FactorAdded {
  constructor(
    readonly personId: string,
    readonly factorId: string,
    readonly kind: 'app' | 'passkey',
  ) {}
}

/** Somebody has given up something they had beside their password; all other sessions have ended. */
@EventName('factor.removed')
export class FactorRemoved {
  constructor(
    readonly personId: string,
    readonly factorId: string,
    readonly kind: 'app' | 'passkey',
  ) {}
}

/** Somebody has new recovery codes; those before count no more. */
@EventName('factor.recovery-codes-made')
export class RecoveryCodesMade {
  constructor(
    readonly personId: string,
    /** ISO; makes the event unique. */
    readonly at: string,
    /** They had others before. */
    readonly replaced: boolean,
  ) {}
}

/** Somebody came in by a recovery code. */
@EventName('factor.recovery-code-used')
export class RecoveryCodeUsed {
  constructor(
    readonly personId: string,
    readonly left: number,
    /** ISO; makes the event unique. */
    readonly at: string,
  ) {}
}

/** Somebody who knew the way in showed a wrong code. */
@EventName('factor.refused')
export class FactorRefused {
  constructor(
    readonly personId: string,
    readonly ip: string | null,
  ) {}
}

/** What somebody has beside their password is to be taken away, because it is lost; it can be stopped for a while. */
@EventName('factor.reset-begun')
export class FactorResetBegun {
  constructor(
    readonly personId: string,
    /** In the words of whoever began it. */
    readonly reason: string,
  ) {}
}

/** Somebody has said that nothing was lost. */
@EventName('factor.reset-stopped')
export class FactorResetStopped {
  constructor(readonly personId: string) {}
}

/** All that somebody had beside their password was taken away; their sessions have ended. */
@EventName('factor.all-reset')
export class FactorsReset {
  constructor(
    readonly personId: string,
    /** ISO; makes the event unique. */
    readonly at: string,
  ) {}
}
