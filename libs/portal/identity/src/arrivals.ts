import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { ARRIVING, Tokens } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { type Piece, Slots } from '@foyer/slots';
import { AddressRefused, type SeeOther, seeOther, type Visit } from '@foyer/web';
import {
  type Arrival,
  arrivalSteps,
  type ConnectionSession,
  type Factor,
  goodbyes,
  type Side,
  signInWays,
  type Way,
} from './arrival-slots.js';
import { Person } from './person.entity.js';
import type { PortalActor } from './portal-actor.js';
import { PortalPrincipals } from './portal-principals.js';
import { SignIn } from './sign-in.js';
import { SignIns } from './sign-ins.js';
import { type Audience, audienceOf, SignInRules } from './sign-in-rules.js';

/** Half an hour suffices to scan a code; a longer one would be a session that nobody sees. */
const HOURS = 0.5;

export interface Destination {
  way: Way;
  /** Path where they go once they are in. */
  to: string;
  /** Message shown there. */
  flash?: string;
  /** The connection that vouched for them. */
  connectionId?: string;
  connectionSession?: ConnectionSession;
  /** What they have shown in the same go: a passkey stands for both, and so does a connection that is trusted to ask for it. */
  factor?: Factor;
}
interface Kept extends Destination {
  done: string[];
}

/**
 * The one door into a session: however somebody has shown who they are, a password, a link, a connection, they come by here,
 * and what has still to be done first (a second factor, say) is asked of them. Until all is done the browser holds a secret that opens
 * nothing but those pages.
 */
@Injectable()
export class Arrivals {
  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly signIn: SignIn,
    private readonly slots: Slots,
    private readonly rules: SignInRules,
    private readonly principals: PortalPrincipals,
    private readonly signIns: SignIns,
  ) {}

  /** Lets somebody in who has just shown who they are, or leads them to what has to be done first. */
  async arrive(visit: Visit, person: Person, where: Destination): Promise<SeeOther> {
    return this.goOn(visit, person, { ...where, done: [] });
  }

  /** Who is on their way in by this browser, for the pages of steps; null when nobody is, or not for so long. */
  async waiting(visit: Visit): Promise<Arrival | null> {
    const secret = visit.cookie('arriving');
    const token = secret === null ? null : await this.tokens.peek(ARRIVING, secret);
    const person = token && (await this.person(token.personId));
    return person ? arrivalOf(token.data as unknown as Kept, person) : this.held(visit);
  }

  /**
   * A step is done. On to the next, or in. Null when they have been on their way for too long, or were shut out meanwhile.
   * @param factor what was shown there
   */
  async pass(visit: Visit, step: string, factor?: Factor): Promise<SeeOther | null> {
    const secret = visit.cookie('arriving');
    // Used up at each step: of two that send the same one goes on.
    const token = secret === null ? null : await this.tokens.redeem(ARRIVING, secret);
    const found = token && (await this.person(token.personId));
    const arrival = found ? arrivalOf(token.data as unknown as Kept, found) : await this.held(visit);
    if (!arrival) return null;
    const { person, held: _, factor: before, ...kept } = arrival;
    const shown = factor ?? before;
    return this.goOn(visit, person, { ...kept, ...(shown && { factor: shown }), done: [...kept.done, step] });
  }

  /**
   * The session in which somebody has changed what they show when they sign in becomes another, and all others end: what was open
   * under the old rights is closed, and a secret that somebody has copied is worth nothing (ASVS 7.2.4).
   * @param factor what they have just shown; left out: it stands for what it stood for
   */
  async renew(visit: Visit, { id, sessionId }: PortalActor, factor?: Factor | null): Promise<void> {
    const person = await this.person(id);
    if (!person) return;
    const { secret, device } = await this.signIn.renew(person, visit.device, sessionId!, factor);
    visit.signIn(secret, device);
  }

  /** The other ways in, for the page where people sign in. One after the other: they share its transaction. */
  async ways(visit: Visit, side: Side, returnTo: string | null): Promise<Piece[]> {
    const [audience, home] = side === 'console' ? (['team', '/console'] as const) : (['customers', '/'] as const);
    const pieces: Piece[] = [];
    for (const { method, load } of this.slots.of(signInWays)) {
      if (!(await this.rules.isOffered(audience, method))) continue;
      const piece = await load(visit, side, returnTo ?? home);
      if (piece) pieces.push(piece);
    }
    return pieces;
  }

  /** Where somebody goes who has signed out; null: where everybody does. */
  async goodbye(visit: Visit): Promise<string | null> {
    for (const leads of this.slots.of(goodbyes)) {
      const page = await leads(visit);
      if (page !== null) return page;
    }
    return null;
  }

  /** For pages where people sign in: says so before anybody types. @throws AddressRefused */
  async mayComeFrom({ device: { ip } }: Visit, audience: Audience): Promise<void> {
    if (!(await this.rules.isOpenTo(audience, ip))) throw new AddressRefused(ip);
  }

  private async goOn(visit: Visit, person: Person, kept: Kept): Promise<SeeOther> {
    await this.mayComeFrom(visit, audienceOf(person.teamRole));
    const page = await this.nextPage(arrivalOf(kept, person));
    if (page !== null) {
      const about = { email: person.email, personId: person.id, subjectId: randomUUID(), hours: HOURS };
      visit.arriving(await this.tokens.issue(ARRIVING, { ...about, data: { ...kept } }));
      return seeOther(page);
    }
    const { way, factor = null, connectionId, connectionSession } = kept;
    const shown = { way, factor, connectionId, connectionSession, known: visit.cookie('device') };
    const { secret, device } = await this.signIn.start(person, visit.device, visit.cookie('session'), shown);
    visit.signIn(secret, device);
    // Whoever vouched for somebody else at this browser has nothing to do with it.
    if (kept.way !== 'connection') visit.connected(null);
    return seeOther(kept.to, kept.flash);
  }

  private async nextPage(arrival: Arrival): Promise<string | null> {
    for (const step of this.slots.of(arrivalSteps)) {
      const page = arrival.done.includes(step.name) ? null : await step.page(arrival);
      if (page !== null) return page;
    }
    return null;
  }

  /** Whoever is in, and has to do something before that counts again, goes on as if they were on their way in. */
  private async held(visit: Visit): Promise<Arrival | null> {
    const secret = visit.cookie('session');
    const held = secret === null ? null : await this.principals.held(secret);
    const person = held && (await this.person(held.id));
    if (!person) return null;
    const to = person.teamRole === null ? '/' : '/console';
    return { person, way: await this.signIns.lastWay(person.id), factor: null, to, done: [], held };
  }

  private person(id: string | null): Promise<Person | null> {
    return this.database.read((em) => em.findOne(Person, { id, status: 'active' }));
  }
}

const arrivalOf = (kept: Kept, person: Person): Arrival => ({ ...kept, factor: kept.factor ?? null, person });
