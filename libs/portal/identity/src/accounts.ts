import { Injectable } from '@nestjs/common';
import { Conflict, InvalidField, NotFound, Refused } from '@foyer/access';
import { hashPassword, type Limit, Limits, passwordMatches, Sessions, Tokens } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Deactivations } from './deactivations.js';
import {
  EmailChangeAsked,
  EmailChanged,
  PasswordChanged,
  ProfileChanged,
  SessionEnded,
  SessionsEnded,
} from './identity.events.js';
import { IdentityMails } from './jobs/identity-mails.js';
import { mayMail } from './mailbox-limit.js';
import { byThemselves, Person, type TicketMailWish } from './person.entity.js';
import { personAt } from './person-at.js';
import { PersonPasswords } from './person-passwords.js';
import type { PortalActor } from './portal-actor.js';
import { SignInRules } from './sign-in-rules.js';
import { SignIns } from './sign-ins.js';

/** Signed in so recently that it was they. */
const JUST_NOW_MS = 10 * 60_000;
const PASSWORD_CHECKS: Limit = { name: 'reauthenticate', points: 10, seconds: 900 };

/** A person's own account: profile, password, address, sessions, and the way back in for whoever has forgotten the password. */
@Injectable()
export class Accounts {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly limits: Limits,
    private readonly mails: IdentityMails,
    private readonly outbox: Outbox,
    private readonly passwords: PersonPasswords,
    private readonly rules: SignInRules,
    private readonly signIns: SignIns,
    private readonly deactivations: Deactivations,
  ) {
    this.sessions = new Sessions(database);
  }

  /** Forgets sessions and links that are over. */
  async sweep(): Promise<void> {
    await this.sessions.sweep(await this.rules.longestIdleMs());
    await this.tokens.sweep();
    await this.signIns.sweep();
  }

  async newAddressOf(actor: PortalActor, secret: string): Promise<string | null> {
    const token = await this.tokens.peek('email', secret);
    return token?.personId === actor.id ? token!.email : null;
  }

  /** An address change that waits for its confirmation. */
  async pendingEmail(actor: PortalActor): Promise<string | null> {
    const [token] = await this.database.read((em) =>
      rows<{ email: string }>(
        em,
        sql`select email from ${table('token')} where person_id = ${actor.id} and purpose = 'email' and used_at is null and expires_at > now() order by created_at desc limit 1`,
      ),
    );
    return token?.email ?? null;
  }

  async profile(actor: PortalActor): Promise<Pick<Person, 'locale' | 'timeZone' | 'ticketMails'>> {
    const { locale, timeZone, ticketMails } = await this.database.read((em) =>
      em.findOneOrFail(Person, { id: actor.id! }),
    );
    return { locale, timeZone, ticketMails };
  }

  /** Whether they have chosen one, and whether they could come in by one. */
  async passwordOf(actor: PortalActor): Promise<{ hasPassword: boolean; mayChoose: boolean }> {
    const mayChoose = await this.rules.mayUse(actor, 'password');
    return { hasPassword: await this.passwords.isChosen(actor.email!), mayChoose };
  }

  /**
   * Mails a link to choose a new password, if anybody has that address. For an unknown one the same is done, and the mail is
   * withheld when it is to be sent: neither words nor time tell the two apart.
   */
  async forgot(email: string): Promise<void> {
    if (!(await mayMail(this.limits, 'reset', email))) return;
    await this.database.write(async (em) => {
      const found = await em.findOne(Person, { email, status: 'active' });
      // Who may not come by a password is sent none.
      const person = found && (await this.rules.mayUse(found, 'password')) ? found : null;
      const secret = await this.tokens.issue('reset', { email, personId: person?.id ?? null, hours: 2 });
      const to = { address: email, name: '', locale: person?.locale ?? null };
      await this.mails.link('reset', to, { secret, path: `/reset?token=${secret}` });
    });
  }

  async mayReset(secret: string): Promise<boolean> {
    return (await this.tokens.peek('reset', secret)) !== null;
  }

  /** Sets a password by the link in a mail and ends every session. Following the link also proves the address. */
  async reset(secret: string, password: string): Promise<Person | null> {
    const token = await this.tokens.peek('reset', secret);
    if (!token) return null;
    await this.passwords.mustDo(password, [token.email]);
    const passwordHash = await hashPassword(password);
    return this.database.write(async (em) => {
      const redeemed = await this.tokens.redeem('reset', secret);
      const person = redeemed?.personId
        ? await em.findOne(Person, { id: redeemed.personId, email: redeemed.email, status: 'active' })
        : null;
      if (!person) return null;
      person.emailVerifiedAt ??= new Date();
      await this.setPassword(person, passwordHash);
      return person;
    });
  }

  async changeProfile(
    actor: PortalActor,
    profile: { name: string; locale: string | null; timeZone: string | null },
  ): Promise<void> {
    await this.choose(actor, profile);
  }

  /** Which mails about tickets they want as a member of the team. */
  async chooseMails(actor: PortalActor, ticketMails: TicketMailWish): Promise<void> {
    await this.choose(actor, { ticketMails });
  }

  private async choose(actor: PortalActor, chosen: Partial<Person>): Promise<void> {
    await this.database.write(async () => {
      const person = await this.self(actor);
      const fields = Object.keys(chosen).filter((key) => chosen[key as keyof Person] !== person[key as keyof Person]);
      if (fields.length === 0) return;
      Object.assign(person, chosen);
      await this.outbox.publish(new ProfileChanged(person.id, fields), { by: actor });
    });
  }

  /** Changes the actor's own password; the session in use stays, all others end. */
  async changePassword(actor: PortalActor, current: string, password: string): Promise<void> {
    await this.reauthenticate(actor, current);
    await this.passwords.mustDo(password, [actor.email!, actor.name]);
    const passwordHash = await hashPassword(password);
    await this.database.write(async () => this.setPassword(await this.self(actor), passwordHash, actor.sessionId!));
  }

  /** Starts a change of address: the new one has to be confirmed, and the old one is told (ASVS 6.3.7). */
  async changeEmail(actor: PortalActor, current: string, email: string): Promise<void> {
    await this.reauthenticate(actor, current);
    await this.database.write(async () => this.askNewEmail(actor, await this.self(actor), email));
  }

  /**
   * Whoever manages people sets right what is wrong about somebody; of the team only who may touch their role. Another address counts
   * once it is proved as one's own would be: by whoever can sign in, from the new mailbox.
   * @returns whether another address waits to be confirmed
   * @throws NotFound
   */
  async correct(
    actor: PortalActor,
    personId: string,
    { name, email }: { name: string; email: string },
  ): Promise<boolean> {
    return this.database.write(async (em) => {
      const person = await em.findOne(Person, { id: personId }, { refresh: true });
      if (!person || !(await this.mayCorrect(actor, person))) throw new NotFound();
      if (name !== person.name) {
        person.name = name;
        await this.outbox.publish(new ProfileChanged(person.id, ['name']), { by: actor });
      }
      const isNew = email.toLowerCase() !== person.email.toLowerCase();
      if (isNew) await this.askNewEmail(actor, person, email);
      return isNew;
    });
  }

  /** Oneself is changed in the account, where the password is asked for. */
  async mayCorrect(actor: PortalActor, person: { id: string; teamRole: string | null }): Promise<boolean> {
    return actor.id !== person.id && this.deactivations.mayShutOut(actor, person);
  }

  private async askNewEmail(actor: PortalActor, { id: personId, email: former }: Person, email: string): Promise<void> {
    if (!(await mayMail(this.limits, 'change', email))) return;
    await this.database.write(async () => {
      // Of an address that somebody else has, nothing is said here: the mail to it is withheld when it is to be sent.
      const secret = await this.tokens.issue('email', { email, personId, hours: 24 });
      await this.mails.link(
        'verify',
        { id: personId, address: email },
        { secret, path: `/account/email?token=${secret}` },
      );
      await this.outbox.publish(new EmailChangeAsked(personId), { by: actor });
      await this.mails.emailChanged(personId, { former, newEmail: email, secret });
    });
  }

  async confirmEmail(actor: PortalActor, secret: string): Promise<boolean> {
    return this.database.write(async () => {
      const token = await this.tokens.redeem('email', secret);
      if (!token || token.personId !== actor.id) return false;
      const person = await this.self(actor);
      if (await personAt(this.database, token.email)) throw new Conflict('identity.email.taken');
      person.email = token.email;
      person.emailVerifiedAt = new Date();
      await this.sessions.endAll(person.id, actor.sessionId!);
      await this.outbox.publish(new EmailChanged(person.id), { by: actor });
      return true;
    });
  }

  async listSessions({ id, teamRole }: PortalActor) {
    return this.sessions.list(id!, await this.rules.idleMs(teamRole));
  }

  async endSession(actor: PortalActor, sessionId: string): Promise<void> {
    await this.database.write(async () => {
      if (!(await this.sessions.endOne(actor.id!, sessionId))) throw new NotFound();
      await this.outbox.publish(new SessionEnded(actor.id!, sessionId), { by: actor });
    });
  }

  /** For verbs that take rights away: what was open under the old rights ends. */
  async endSessionsOf(personId: string): Promise<void> {
    await this.endAll(personId, null);
  }

  async endOtherSessions(actor: PortalActor): Promise<void> {
    await this.endAll(actor.id!, actor.sessionId);
  }

  private async endAll(personId: string, exceptId: string | null): Promise<void> {
    await this.database.write(async () => {
      await this.sessions.endAll(personId, exceptId ?? undefined);
      await this.outbox.publish(new SessionsEnded(personId, exceptId));
    });
  }

  private async setPassword(person: Person, passwordHash: string, keepSession?: string): Promise<void> {
    await this.passwords.set(person.id, passwordHash);
    await this.sessions.endAll(person.id, keepSession);
    await this.outbox.publish(new PasswordChanged(person.id, new Date().toISOString()), byThemselves(person));
  }

  private async self(actor: PortalActor): Promise<Person> {
    return this.database.write((em) => em.findOneOrFail(Person, { id: actor.id! }));
  }

  /** How somebody shows again who they are: by their password, or who has none by having signed in just now. */
  async confirmedBy(actor: PortalActor): Promise<'password' | 'sign-in' | 'signed-in'> {
    if (await this.passwords.isChosen(actor.email!)) return 'password';
    const since = Date.now() - JUST_NOW_MS;
    const here = (await this.listSessions(actor)).find(({ id }) => id === actor.sessionId);
    return here && new Date(here.createdAt).getTime() > since ? 'signed-in' : 'sign-in';
  }

  /**
   * Whoever changes what they sign in with shows again who they are (ASVS 7.5.1).
   * @throws InvalidField, TooMany · Refused who has to sign in anew first
   */
  async confirm(actor: PortalActor, password: string): Promise<void> {
    const by = await this.confirmedBy(actor);
    if (by === 'password') return this.reauthenticate(actor, password);
    if (by === 'sign-in') throw new Refused('identity.account.sign-in-anew');
  }

  private async reauthenticate(actor: PortalActor, password: string): Promise<void> {
    await this.limits.count(PASSWORD_CHECKS, actor.id!);
    if (!(await passwordMatches(await this.passwords.of(actor.email!), password)))
      throw new InvalidField('current_password', 'identity.password.wrong');
  }
}
