import { type Piece, Slot } from '@foyer/slots';
import type { Visit } from '@foyer/web';
import type { PortalActor } from './portal-actor.js';
import type { Person } from './person.entity.js';
import type { Method } from './sign-in-rules.js';

/** How somebody has shown who they are: a password, a link to their mailbox, a passkey, or a connection that vouches for them. */
export type Way = 'password' | 'link' | 'passkey' | 'connection';

/** What somebody has shown beside that: a code of an app, one of those for when it is lost, a passkey, or what their connection asked of them. */
export type Factor = 'app' | 'recovery' | 'passkey' | 'connection';

/** By what a connection knows a session: its own of there, and as whom. */
export interface ConnectionSession {
  sid?: string;
  name?: string;
}

/** Somebody who has shown who they are, and is not in yet. */
export interface Arrival {
  person: Person;
  way: Way;
  connectionId?: string;
  /** What the connection calls the session by. */
  connectionSession?: ConnectionSession;
  /** Null: nothing yet. With one, nothing is asked again that it stands for. */
  factor: Factor | null;
  /** Where they go once they are in. */
  to: string;
  /** Names of the steps that are done. */
  done: readonly string[];
  /** They have been in: what was demanded of their session is overdue. The session alone proves nothing that could change the account. */
  held?: PortalActor;
}

/** What may have to be done before somebody is in, whatever way they came. Its page ends with `Arrivals.pass`. */
export interface ArrivalStep {
  name: string;
  /** Where it is done; null when nothing is asked of this one. */
  page(arrival: Arrival): Promise<string | null>;
}
export const arrivalSteps = new Slot<ArrivalStep>('identity.arrival-steps');

/** A session that is open, as far as it may be asked for more. */
export interface OpenSession {
  id: string;
  person: { id: string; email: string; teamRole: string | null };
  /** What was shown when it began. */
  factor: Factor | null;
  startedAt: Date;
  /** The person's companies: since when each demands a second factor. */
  places: { secondFactorSince?: string | null }[];
}
/** What somebody has to do who is in already, and by when: the session counts no longer than that. */
export interface SessionDemand {
  by: Date;
  /** Message key; gets `by`, a date. */
  text: string;
  /** Below `/account` or `/console/account`. */
  page: string;
  /** Message key of the button that leads there. */
  label: string;
  /** Where the browser is led when the time is over: a page of somebody who is on their way in. */
  leadsTo: string;
}
/** Asked at every page: what is set up is in memory, and the rest is in the session. */
export const sessionDemands = new Slot<(session: OpenSession) => Promise<SessionDemand | null>>(
  'identity.session-demands',
);

export type Side = 'portal' | 'console';
/** A way in beside the password, on the pages where people sign in. It stands only where the operator offers its method. */
export interface SignInWay {
  method: Method;
  /** @param returnTo a path of this site, where they go once they are in. Null: not offered here. */
  load(visit: Visit, side: Side, returnTo: string): Promise<Piece | null>;
}
export const signInWays = new Slot<SignInWay>('identity.sign-in-ways');

/** A session that a connection has vouched for, or one that takes the place of another. */
export type SessionBegun = { personId: string; sessionId: string } & (
  { connectionId: string; connectionSession: ConnectionSession } | { former: string }
);
/** Told in the write in which it begins. */
export const sessionsBegun = new Slot<(begun: SessionBegun) => Promise<void>>('identity.sessions-begun');

/** Where somebody is led who has signed out, because they are still signed in elsewhere; null: nowhere. */
export const goodbyes = new Slot<(visit: Visit) => Promise<string | null>>('identity.goodbyes');
