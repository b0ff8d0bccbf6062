import { Injectable } from '@nestjs/common';
import { Conflict, InvalidField, NotFound } from '@foyer/access';
import {
  hashPassword,
  type Limit,
  Limits,
  passwordMatches,
  passwordProblem,
  Sessions,
  Tokens,
} from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Mailer } from '@foyer/mail';
import { currentTenant } from '@foyer/tenancy';
import { PasswordChanged, PersonDeactivated, PersonRegistered, PersonVerified } from './identity.events.js';
import { Person } from './person.entity.js';
import type { PortalActor } from './portal-principals.js';
import { TeamRoles } from './roles/team-roles.js';

const MAILS_PER_ADDRESS: Limit = { name: 'identity-mail', points: 5, seconds: 3600 };
const REGISTRATIONS_PER_IP: Limit = { name: 'register', points: 20, seconds: 3600 };
const PASSWORD_CHECKS: Limit = { name: 'reauthenticate', points: 10, seconds: 900 };

export interface Registration {
  name: string;
  email: string;
  password: string;
  phone: string | null;
}

/** A person's own account, from registration to recovery. The only writer of passwords and addresses. */
@Injectable()
export class Accounts {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly limits: Limits,
    private readonly mailer: Mailer,
    private readonly outbox: Outbox,
    private readonly teamRoles: TeamRoles,
  ) {
    this.sessions = new Sessions(database);
  }

  /** Forgets sessions and links that are over. */
  async sweep(): Promise<void> {
    await this.sessions.sweep();
    await this.tokens.sweep();
  }

  /**
   * Registers a customer, who then has to follow the link in a mail. Somebody who already has an account gets a mail that
   * says so, and whoever typed the address learns nothing: both answers are the same and cost the same (ASVS 6.3.8).
   */
  async register({ name, email, password, phone }: Registration, locale: string, ip: string): Promise<void> {
    await this.limits.count(REGISTRATIONS_PER_IP, ip);
    await this.acceptable(password, [email, name]);
    const passwordHash = await hashPassword(password);
    if (!(await this.mayMail(email))) return;
    await this.database.write(async (em) => {
      const existing = await em.findOne(Person, { email });
      if (existing?.emailVerifiedAt) return this.mailAlreadyRegistered(existing, locale);
      // An address nobody has proved to own belongs to whoever registered last: the link decides, and carries the password.
      const person = existing ?? Object.assign(new Person(), { email, name, phone, locale });
      if (!existing) {
        em.persist(person);
        await em.flush();
        await this.outbox.publish(new PersonRegistered(person.id));
      }
      const data = { passwordHash, name, phone };
      const secret = await this.tokens.issue('verify', { email, personId: person.id, hours: 48, data });
      await this.mail('verify', { name, email }, locale, secret, `/verify?token=${secret}`);
    });
  }

  /** Confirms an address by the link sent to it; null when the link is used up or too old. */
  async verify(secret: string): Promise<Person | null> {
    return this.database.write(async (em) => {
      const token = await this.tokens.redeem('verify', secret);
      const person = token?.personId ? await em.findOne(Person, { id: token.personId, email: token.email }) : null;
      if (!token || !person) return null;
      const { passwordHash, name, phone } = token.data as {
        passwordHash?: string;
        name?: string;
        phone?: string | null;
      };
      if (passwordHash && person.passwordHash === null)
        Object.assign(person, { passwordHash, name: name ?? person.name, phone: phone ?? person.phone });
      person.emailVerifiedAt ??= new Date();
      if (person.status === 'invited') person.status = 'active';
      await this.outbox.publish(new PersonVerified(person.id));
      await em.flush();
      return person;
    });
  }

  /** The address a verification link is for; null when the link no longer works. */
  async addressOf(secret: string): Promise<string | null> {
    return (await this.tokens.peek('verify', secret))?.email ?? null;
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

  async profile(actor: PortalActor): Promise<Pick<Person, 'locale' | 'timeZone'>> {
    const { locale, timeZone } = await this.database.read((em) => em.findOneOrFail(Person, { id: actor.id! }));
    return { locale, timeZone };
  }

  /** Mails a link to choose a new password, if anybody has that address; says nothing either way. */
  async forgot(email: string): Promise<void> {
    if (!(await this.mayMail(email))) return;
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { email, status: 'active' });
      if (!person) return;
      const secret = await this.tokens.issue('reset', { email, personId: person.id, hours: 2 });
      await this.mail('reset', person, person.locale ?? undefined, secret, `/reset?token=${secret}`);
    });
  }

  async mayReset(secret: string): Promise<boolean> {
    return (await this.tokens.peek('reset', secret)) !== null;
  }

  /** Sets a password by the link in a mail and ends every session. Following the link also proves the address. */
  async reset(secret: string, password: string): Promise<Person | null> {
    const token = await this.tokens.peek('reset', secret);
    if (!token) return null;
    await this.acceptable(password, [token.email]);
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
    { name, locale, timeZone }: { name: string; locale: string | null; timeZone: string | null },
  ): Promise<void> {
    await this.database.write(async () => {
      Object.assign(await this.self(actor), { name, locale, timeZone });
    });
  }

  /** Changes the actor's own password; the session in use stays, all others end. */
  async changePassword(actor: PortalActor, current: string, password: string): Promise<void> {
    await this.reauthenticate(actor, current);
    await this.acceptable(password, [actor.email!, actor.name], 'password');
    const passwordHash = await hashPassword(password);
    await this.database.write(async () => this.setPassword(await this.self(actor), passwordHash, actor.sessionId!));
  }

  /** Starts a change of address: the new one has to be confirmed, and the old one is told (ASVS 6.3.7). */
  async changeEmail(actor: PortalActor, current: string, email: string): Promise<void> {
    await this.reauthenticate(actor, current);
    if (!(await this.mayMail(email))) return;
    await this.database.write(async (em) => {
      const person = await this.self(actor);
      if (await em.findOne(Person, { email })) return; // says nothing about other people's addresses
      const secret = await this.tokens.issue('email', { email, personId: person.id, hours: 24 });
      await this.mail(
        'verify',
        { name: person.name, email },
        person.locale ?? undefined,
        secret,
        `/account/email?token=${secret}`,
      );
      await this.mail('email-changed', person, person.locale ?? undefined, `${secret} old`, '/account', {
        newEmail: email,
      });
    });
  }

  async confirmEmail(actor: PortalActor, secret: string): Promise<boolean> {
    return this.database.write(async (em) => {
      const token = await this.tokens.redeem('email', secret);
      if (!token || token.personId !== actor.id) return false;
      const person = await this.self(actor);
      if (await em.findOne(Person, { email: token.email })) throw new Conflict('identity.email.taken');
      person.email = token.email;
      person.emailVerifiedAt = new Date();
      await this.sessions.endAll(person.id, actor.sessionId!);
      return true;
    });
  }

  /** Shuts somebody out at once: sessions end, nothing they made is lost. */
  async deactivate(actor: PortalActor, personId: string): Promise<void> {
    if (actor.id === personId) throw new Conflict('identity.person.not-yourself');
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { id: personId });
      if (!person || !(await this.mayShutOut(actor, person))) throw new NotFound();
      person.status = 'deactivated';
      await this.sessions.endAll(personId);
      await this.outbox.publish(new PersonDeactivated(personId));
    });
  }

  async reactivate(actor: PortalActor, personId: string): Promise<void> {
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { id: personId, status: 'deactivated' });
      if (!person || !(await this.mayShutOut(actor, person))) throw new NotFound();
      person.status = 'active';
    });
  }

  /** Customers by whoever manages people; colleagues by whoever manages the team, and none who may more than they. */
  async mayShutOut({ ability, teamRole }: PortalActor, person: { teamRole: string | null }): Promise<boolean> {
    if (!ability.can('manage', 'Person')) return false;
    if (person.teamRole === null) return true;
    return ability.can('manage', 'Team') && (await this.teamRoles.within({ teamRole }))(person.teamRole);
  }

  listSessions(actor: PortalActor) {
    return this.sessions.list(actor.id!);
  }

  async endSession(actor: PortalActor, sessionId: string): Promise<void> {
    if (!(await this.sessions.endOne(actor.id!, sessionId))) throw new NotFound();
  }

  /** For verbs that take rights away: what was open under the old rights ends. */
  async endSessionsOf(personId: string): Promise<void> {
    await this.sessions.endAll(personId);
  }

  async endOtherSessions(actor: PortalActor): Promise<void> {
    await this.sessions.endAll(actor.id!, actor.sessionId!);
  }

  /** @throws InvalidField for a password that will not do */
  async acceptable(password: string, about: string[], field = 'password'): Promise<void> {
    const problem = await passwordProblem(password, about);
    if (problem) throw new InvalidField(field, problem);
  }

  private async setPassword(person: Person, passwordHash: string, keepSession?: string): Promise<void> {
    person.passwordHash = passwordHash;
    await this.sessions.endAll(person.id, keepSession);
    await this.outbox.publish(new PasswordChanged(person.id, new Date().toISOString()));
  }

  private async self(actor: PortalActor): Promise<Person> {
    return this.database.write((em) => em.findOneOrFail(Person, { id: actor.id! }));
  }

  private async reauthenticate(actor: PortalActor, password: string): Promise<void> {
    await this.limits.count(PASSWORD_CHECKS, actor.id!);
    const person = await this.database.read((em) =>
      em.findOneOrFail(Person, { id: actor.id! }, { populate: ['passwordHash'] }),
    );
    if (!(await passwordMatches(person.passwordHash, password)))
      throw new InvalidField('current_password', 'identity.password.wrong');
  }

  /** Nobody can have a stranger's mailbox filled: beyond a few mails an hour an address gets none, silently. */
  private async mayMail(email: string): Promise<boolean> {
    return this.limits.count(MAILS_PER_ADDRESS, email).then(
      () => true,
      () => false,
    );
  }

  private async mailAlreadyRegistered(person: Person, locale: string): Promise<void> {
    await this.mail('already-registered', person, person.locale ?? locale, `${person.id} ${Date.now()}`, '/sign-in');
  }

  private async mail(
    kind: string,
    to: { name: string; email: string },
    locale: string | undefined,
    key: string,
    path: string,
    more: object = {},
  ): Promise<void> {
    await this.mailer.queue({
      to: { name: to.name, address: to.email },
      template: `identity/email/${kind}`,
      data: { name: to.name, url: `${currentTenant().origin}${path}`, ...more },
      key: `identity.${kind}:${key}`,
      locale: locale ?? '',
    });
  }
}
