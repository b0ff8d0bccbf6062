import { EventName } from '@foyer/events';

/** A directory tells of somebody or something for the first time. */
@EventName('provisioning.added')
export class ProvisionedAdded {
  constructor(
    readonly directoryId: string,
    readonly kind: 'user' | 'group',
    readonly resourceId: string,
    /** Of a user, once there is an account. */
    readonly personId: string | null,
  ) {}
}

/** A directory says something else of them. */
@EventName('provisioning.changed')
export class ProvisionedChanged {
  constructor(
    readonly directoryId: string,
    readonly kind: 'user' | 'group',
    readonly resourceId: string,
    readonly personId: string | null,
    /** Names of SCIM's attributes, without what they say. */
    readonly attributes: string[],
  ) {}
}

/** A directory knows them no more. */
@EventName('provisioning.removed')
export class ProvisionedRemoved {
  constructor(
    readonly directoryId: string,
    readonly kind: 'user' | 'group',
    readonly resourceId: string,
    readonly personId: string | null,
  ) {}
}

/** Somebody is out, since their directory says so: their place here, their sessions, what they have open, and the keys they made. */
@EventName('provisioning.deprovisioned')
export class PersonDeprovisioned {
  constructor(
    readonly directoryId: string,
    readonly personId: string,
    /** Null: the account itself is shut out. */
    readonly companyId: string | null,
  ) {}
}
