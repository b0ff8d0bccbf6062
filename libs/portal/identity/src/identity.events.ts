import { EventName } from '@foyer/events';

@EventName('person.registered')
export class PersonRegistered {
  constructor(readonly personId: string) {}
}

@EventName('person.verified')
export class PersonVerified {
  constructor(readonly personId: string) {}
}

@EventName('person.password-changed')
export class PasswordChanged {
  constructor(
    readonly personId: string,
    /** ISO; makes the event unique. */
    readonly at: string,
  ) {}
}

@EventName('person.deactivated')
export class PersonDeactivated {
  constructor(readonly personId: string) {}
}

@EventName('company.member-joined')
export class MemberJoined {
  constructor(
    readonly companyId: string,
    readonly personId: string,
  ) {}
}

@EventName('company.member-removed')
export class MemberRemoved {
  constructor(
    readonly companyId: string,
    readonly personId: string,
  ) {}
}
