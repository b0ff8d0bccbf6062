import { Injectable } from '@nestjs/common';
import { allowed, Conflict, holds, InvalidField, NotFound } from '@foyer/access';
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
import {
  EmailChangeAsked,
  EmailChanged,
  MemberJoined,
  PasswordChanged,
  PersonDeactivated,
  PersonReactivated,
  PersonRegistered,
  PersonVerified,
  ProfileChanged,
  SessionEnded,
  SessionsEnded,
} from './identity.events.js';
import { IdentityMails } from './jobs/identity-mails.js';
import { Owners } from './owners.js';
import { byThemselves, Person, type TicketMailWish } from './person.entity.js';
import { personAt } from './person-at.js';
import { PersonPasswords } from './person-passwords.js';
import type { PortalActor } from './portal-actor.js';
import { TeamRoles } from './roles/team-roles.js';

/** For each purpose apart, so that one cannot use up the other's, and over all tenants: it is one mailbox. */
const mailsFor = (purpose: string): Limit => ({
  ...{ name: `identity-mail-${purpose}`, points: 5, seconds: 3600 },
  across: 'platform',
});
const REGISTRATIONS_PER_IP: Limit = { name: 'register', points: 20, seconds: 3600 };
const PASSWORD_CHECKS: Limit = { name: 'reauthenticate', points: 10, seconds: 900 };

export interface Registration {
  name: string;
  email: string;
  /** Where they were going. */
  returnTo: string | null;
}
/** What whoever follows the link of a registration says on its page. */
export interface NewAccount {
  name: string;
  phone: string | null;
  password: string;
}
export interface Verification {
  email: string;
  /** As typed at registration, to be changed. */
  name: string;
  hasPassword: boolean;
}
export interface Verified {
  person: Person;
  /** Whether they have just chosen the password, and so have proved to be the one whose account it is. */
  isNew: boolean;
  returnTo: string | null;
}
interface VerifyData {
  name?: string;
  locale?: string;
  returnTo?: string | null;
}

/** A person's own account, from registration to recovery. The only writer of passwords and addresses. */
@Injectable()
export class Accounts {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly limits: Limits,
    private readonly mails: IdentityMails,
    private readonly outbox: Outbox,
    private readonly teamRoles: TeamRoles,
    private readonly passwords: PersonPasswords,
    private readonly owners: Owners,
  ) {
    this.sessions = new Sessions(database);
  }

  /** Forgets sessions and links that are over. */
  async sweep(): Promise<void> {
    await this.sessions.sweep();
    await this.tokens.sweep();
  }

  /**
   * Somebody wants an account: a link goes to the mailbox, and whoever follows it chooses name and password there. Nothing
   * that was typed here can open anything. For an address that has an account the mail says so instead; whoever typed it
   * learns nothing, because both ways take the same steps (ASVS 6.3.8).
   */
  async register({ name, email, returnTo }: Registration, locale: string, ip: string): Promise<void> {
    await this.limits.count(REGISTRATIONS_PER_IP, ip);
    if (!(await this.mayMail('verify', email))) return;
    await this.database.write(async () => {
      const known = await this.passwords.isChosen(email);
      const data: VerifyData = { name, locale, returnTo };
      const secret = await this.tokens.issue('verify', { email, personId: null, hours: 48, data: { ...data } });
      const path = known ? '/sign-in' : `/verify?token=${secret}`;
      await this.mails.link(
        known ? 'already-registered' : 'verify',
        { address: email, name: '', locale },
        { secret, path },
      );
    });
  }

  /** What a verification link is for; null when it no longer works. */
  async verification(secret: string): Promise<Verification | null> {
    const token = await this.tokens.peek('verify', secret);
    if (!token) return null;
    const { email, data } = token;
    const person = await this.database.read((em) => em.findOne(Person, { email }));
    if (person?.status === 'deactivated') return null;
    const name = person?.name ?? (data as VerifyData).name ?? '';
    return { email, name, hasPassword: await this.passwords.isChosen(email) };
  }

  /**
   * Confirms an address by the link sent to it; who has no password chooses one with it. Null when the link is used up or
   * too old.
   */
  async verify(secret: string, chosen: NewAccount | null): Promise<Verified | null> {
    const shown = await this.verification(secret);
    if (!shown || (!shown.hasPassword && !chosen)) return null;
    if (!shown.hasPassword) await this.acceptable(chosen!.password, [shown.email, chosen!.name]);
    const passwordHash = shown.hasPassword ? null : await hashPassword(chosen!.password);
    return this.database.write(async (em) => {
      let person = await personAt(this.database, shown.email);
      // An account with a password has taken this address meanwhile: no link changes that one.
      if (passwordHash && (await this.passwords.isChosen(shown.email))) return null;
      const token = await this.tokens.redeem('verify', secret);
      if (!token) return null;
      const { locale = null, returnTo = null } = token.data as VerifyData;
      if (person?.status === 'deactivated') return null;
      const added = person === null;
      if (!person)
        em.persist((person = Object.assign(new Person(), { email: token.email, name: chosen!.name, locale })));
      if (passwordHash) Object.assign(person, { name: chosen!.name, phone: chosen!.phone ?? person.phone });
      const proved = person.emailVerifiedAt === null;
      person.emailVerifiedAt ??= new Date();
      if (person.status === 'invited') person.status = 'active';
      await em.flush();
      if (proved) await this.joinByDomain(person);
      if (passwordHash) await this.passwords.set(person.id, passwordHash);
      if (added) await this.outbox.publish(new PersonRegistered(person.id, 'registration'), byThemselves(person));
      await this.outbox.publish(new PersonVerified(person.id), byThemselves(person));
      return { person, isNew: passwordHash !== null, returnTo };
    });
  }

  /** Who has proved an address of a company's own domain is one of its people, with the least role. Who is in a company stays there alone. */
  private async joinByDomain(person: Person): Promise<void> {
    const { id, email, teamRole } = person;
    if (teamRole !== null) return;
    const domain = email.slice(email.lastIndexOf('@') + 1);
    const joined = await this.database.write((em) =>
      rows<{ companyId: string }>(
        em,
        sql`insert into ${table('membership')} (company_id, person_id, role)
            select c.id, ${id}, 'user' from ${table('company')} c
             where c.domain = ${domain} and not exists (select from ${table('membership')} m where m.person_id = ${id})
               and not exists (select from ${table('company')} o where o.domain = ${domain} and o.id <> c.id)
            returning company_id as "companyId"`,
      ),
    );
    for (const { companyId } of joined)
      await this.outbox.publish(new MemberJoined(companyId, id, 'user'), byThemselves(person));
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

  /**
   * Mails a link to choose a new password, if anybody has that address. For an unknown one the same is done, and the mail is
   * withheld when it is to be sent: neither words nor time tell the two apart.
   */
  async forgot(email: string): Promise<void> {
    if (!(await this.mayMail('reset', email))) return;
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { email, status: 'active' });
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
    await this.acceptable(password, [actor.email!, actor.name], 'password');
    const passwordHash = await hashPassword(password);
    await this.database.write(async () => this.setPassword(await this.self(actor), passwordHash, actor.sessionId!));
  }

  /** Starts a change of address: the new one has to be confirmed, and the old one is told (ASVS 6.3.7). */
  async changeEmail(actor: PortalActor, current: string, email: string): Promise<void> {
    await this.reauthenticate(actor, current);
    if (!(await this.mayMail('change', email))) return;
    await this.database.write(async () => {
      const { id: personId, email: former } = await this.self(actor);
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

  /** Shuts somebody out at once: sessions end, nothing they made is lost. */
  async deactivate(actor: PortalActor, personId: string): Promise<void> {
    if (actor.id === personId) throw new Conflict('identity.person.not-yourself');
    await this.database.write(async (em) => {
      await this.owners.lock();
      const person = await em.findOne(Person, { id: personId }, { refresh: true });
      if (!person || !(await this.mayShutOut(actor, person))) throw new NotFound();
      await this.owners.mustRemain(person);
      person.status = 'deactivated';
      await this.sessions.endAll(personId);
      await this.outbox.publish(new PersonDeactivated(personId), { by: actor });
    });
  }

  async reactivate(actor: PortalActor, personId: string): Promise<void> {
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { id: personId, status: 'deactivated' });
      if (!person || !(await this.mayShutOut(actor, person))) throw new NotFound();
      person.status = 'active';
      await this.outbox.publish(new PersonReactivated(personId), { by: actor });
    });
  }

  /** Customers by whoever manages people; colleagues by whoever manages the team, and none who may more than they. */
  async mayShutOut({ ability, teamRole }: PortalActor, person: { teamRole: string | null }): Promise<boolean> {
    if (!allowed(ability, 'manage', 'Person', person)) return false;
    if (person.teamRole === null) return true;
    return holds(ability, 'manage', 'Team') && (await this.teamRoles.within({ teamRole }))(person.teamRole);
  }

  listSessions(actor: PortalActor) {
    return this.sessions.list(actor.id!);
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

  /** @throws InvalidField for a password that will not do */
  async acceptable(password: string, about: string[], field = 'password'): Promise<void> {
    const problem = await passwordProblem(password, about);
    if (problem) throw new InvalidField(field, problem);
  }

  private async setPassword(person: Person, passwordHash: string, keepSession?: string): Promise<void> {
    await this.passwords.set(person.id, passwordHash);
    await this.sessions.endAll(person.id, keepSession);
    await this.outbox.publish(new PasswordChanged(person.id, new Date().toISOString()), byThemselves(person));
  }

  private async self(actor: PortalActor): Promise<Person> {
    return this.database.write((em) => em.findOneOrFail(Person, { id: actor.id! }));
  }

  private async reauthenticate(actor: PortalActor, password: string): Promise<void> {
    await this.limits.count(PASSWORD_CHECKS, actor.id!);
    if (!(await passwordMatches(await this.passwords.of(actor.email!), password)))
      throw new InvalidField('current_password', 'identity.password.wrong');
  }

  /** Nobody can have a stranger's mailbox filled: beyond a few mails an hour an address gets none, silently. */
  private async mayMail(purpose: string, email: string): Promise<boolean> {
    return this.limits.count(mailsFor(purpose), email).then(
      () => true,
      () => false,
    );
  }
}
