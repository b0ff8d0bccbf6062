import { EventName } from '@foyer/events';

/** An account came to be. */
@EventName('person.registered')
export class PersonRegistered {
  constructor(
    readonly personId: string,
    /** They asked for it, were invited, were added by the team, wrote a mail, came by a connection, or were sent by their directory. */
    readonly way: 'registration' | 'invitation' | 'team' | 'mail' | 'connection' | 'directory',
  ) {}
}

/** Somebody has shown that their address is theirs. */
@EventName('person.verified')
export class PersonVerified {
  constructor(readonly personId: string) {}
}

/** Something of a person's own account, chosen by themselves or said by their directory. */
@EventName('person.profile-changed')
export class ProfileChanged {
  constructor(
    readonly personId: string,
    /** `name`, `phone`, `locale`, `timeZone`, `ticketMails`. */
    readonly fields: string[],
  ) {}
}

/** Somebody wants another address; it is theirs when it has been confirmed. */
@EventName('person.email-change-asked')
export class EmailChangeAsked {
  constructor(readonly personId: string) {}
}

/** A new address was confirmed, or said by the directory that has both domains; all other sessions have ended. */
@EventName('person.email-changed')
export class EmailChanged {
  constructor(readonly personId: string) {}
}

/** Somebody has chosen a password; all other sessions have ended. */
@EventName('person.password-changed')
export class PasswordChanged {
  constructor(
    readonly personId: string,
    /** ISO; makes the event unique. */
    readonly at: string,
  ) {}
}

/** Somebody was shut out; their sessions have ended. */
@EventName('person.deactivated')
export class PersonDeactivated {
  constructor(readonly personId: string) {}
}

/** Somebody who was shut out may come in again. */
@EventName('person.reactivated')
export class PersonReactivated {
  constructor(readonly personId: string) {}
}

/** Somebody joined the team, left it, or has another role there. */
@EventName('person.team-role-changed')
export class TeamRoleChanged {
  constructor(
    readonly personId: string,
    /** A standard role or the id of a composed one; null: not in the team. */
    readonly from: string | null,
    readonly to: string | null,
  ) {}
}

/** A link to come in was mailed. */
@EventName('person.invited')
export class PersonInvited {
  constructor(
    readonly email: string,
    /** Where it leads: into the team with a role, into a company with a role, or to an account that is there. */
    readonly destination: { teamRole?: string; companyId?: string; companyRole?: string; personId?: string },
  ) {}
}

/** An invitation was taken back. */
@EventName('person.invitation-withdrawn')
export class InvitationWithdrawn {
  constructor(
    readonly invitationId: string,
    /** Null: to the team. */
    readonly companyId: string | null,
  ) {}
}

/** Somebody has signed in. */
@EventName('session.started')
export class SessionStarted {
  constructor(
    readonly personId: string,
    /** By a password, a link to their mailbox, a passkey, or a connection that vouched for them. */
    readonly way: 'password' | 'link' | 'passkey' | 'connection',
    readonly ip: string | null,
    /** What they showed beside it: a code of an app or one for when it is lost, a passkey, what the connection asked of them; null: nothing. */
    readonly factor: 'app' | 'recovery' | 'passkey' | 'connection' | null = null,
  ) {}
}

/** Somebody tried to sign in, and was not let in. */
@EventName('session.refused')
export class SessionRefused {
  constructor(
    /** Null: nobody has that address. */
    readonly personId: string | null,
    readonly ip: string | null,
  ) {}
}

/** Somebody has signed out, or ended one of their sessions elsewhere. */
@EventName('session.ended')
export class SessionEnded {
  constructor(
    readonly personId: string,
    readonly sessionId: string,
  ) {}
}

/** All sessions of a person were ended, or all but the one in which they asked for it. */
@EventName('session.all-ended')
export class SessionsEnded {
  constructor(
    readonly personId: string,
    /** The session that goes on. */
    readonly exceptId: string | null,
  ) {}
}

/** A company came to be. */
@EventName('company.created')
export class CompanyCreated {
  constructor(readonly companyId: string) {}
}

/** What is known of a company was changed. */
@EventName('company.updated')
export class CompanyUpdated {
  constructor(
    readonly companyId: string,
    /** What is different now; what it was and is only where that is ids. */
    readonly changes: { field: string; from?: string | string[] | null; to?: string | string[] | null }[],
  ) {}
}

/** Somebody belongs to a company now. */
@EventName('company.member-joined')
export class MemberJoined {
  constructor(
    readonly companyId: string,
    readonly personId: string,
    /** A standard role or the id of a composed one. */
    readonly role: string,
  ) {}
}

/** Somebody has another role in a company. */
@EventName('company.member-role-changed')
export class MemberRoleChanged {
  constructor(
    readonly companyId: string,
    readonly personId: string,
    readonly from: string,
    readonly to: string,
  ) {}
}

/** Somebody belongs to a company no more. */
@EventName('company.member-removed')
export class MemberRemoved {
  constructor(
    readonly companyId: string,
    readonly personId: string,
    /** What they had there. */
    readonly role: string,
  ) {}
}

/** More are in the team than the plan holds, or no more are: who reads only from now on, and who works again. */
@EventName('team.seats-settled')
export class SeatsSettled {
  constructor(
    readonly frozen: string[],
    readonly thawed: string[],
  ) {}
}
