/** Something the field's rules forbid or cannot find; knows nothing of HTTP. `code` names the message shown for it. */
export abstract class DomainError extends Error {
  /** Names what is said to those who are not of the team, where it says the team what is none of theirs. */
  readonly forOthers: string | null = null;
  /** Where somebody of the team can change that it is so; `label` names a message. */
  readonly wayOut: { href: string; label: string } | null = null;

  constructor(
    readonly code: string,
    readonly values: Record<string, string | number> = {},
  ) {
    super(code);
  }
}

/** It is not there, or the actor may not know of it: the two look alike from outside. */
export class NotFound extends DomainError {
  constructor(code = 'access.not-found') {
    super(code);
  }
}

/** The actor may see it, but not do this to it. */
export class Refused extends DomainError {
  constructor(code = 'access.refused', values?: Record<string, string | number>) {
    super(code, values);
  }
}

/** It was possible a moment ago, or would be with other input: somebody else was first, a limit is reached. */
export class Conflict extends DomainError {}

/** Something still goes by it. */
export abstract class StillUsed extends Conflict {
  abstract named(locale: string): string[];
}

/** A field of what was typed is wrong in a way only the verb could know (taken, expired, unknown). */
export class InvalidField extends DomainError {
  constructor(
    readonly field: string,
    code: string,
    values?: Record<string, string | number>,
  ) {
    super(code, values);
  }
}

/** Too many attempts; may be tried again after so many seconds. */
export class TooMany extends DomainError {
  constructor(readonly retryAfterSeconds: number) {
    super('access.too-many', { minutes: Math.max(1, Math.ceil(retryAfterSeconds / 60)) });
  }
}
