import { EventName } from '@foyer/events';

@EventName('key.created')
export class KeyCreated {
  constructor(
    readonly keyId: string,
    readonly name: string,
    readonly scopes: string[],
    readonly companyId: string | null,
  ) {}
}

@EventName('key.rotated')
export class KeyRotated {
  constructor(
    readonly keyId: string,
    /** ISO; until then the former secret counts as well. */
    readonly formerUntil: string,
  ) {}
}

@EventName('key.revoked')
export class KeyRevoked {
  constructor(readonly keyId: string) {}
}
