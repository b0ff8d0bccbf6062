import { EventName } from '@foyer/events';

/** A key was made, by which programs come in. */
@EventName('key.created')
export class KeyCreated {
  constructor(
    readonly keyId: string,
    readonly name: string,
    readonly scopes: string[],
    readonly companyId: string | null,
  ) {}
}

/** A key has another secret. */
@EventName('key.rotated')
export class KeyRotated {
  constructor(
    readonly keyId: string,
    /** ISO; until then the former secret counts as well. */
    readonly formerUntil: string,
  ) {}
}

/** A key counts no more. */
@EventName('key.revoked')
export class KeyRevoked {
  constructor(readonly keyId: string) {}
}
