import { Injectable } from '@nestjs/common';
import { hashPassword, type Limit, Limits, Tokens } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { MemberJoined, PersonRegistered, PersonVerified } from './identity.events.js';
import { IdentityMails } from './jobs/identity-mails.js';
import { mayMail } from './mailbox-limit.js';
import { byThemselves, Person } from './person.entity.js';
import { personAt } from './person-at.js';
import { PersonPasswords } from './person-passwords.js';
import { Seats } from './seats.js';

const REGISTRATIONS_PER_IP: Limit = { name: 'register', points: 20, seconds: 3600 };

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

/** How somebody comes by an account: from the wish to the link in their mailbox that proves the address. */
@Injectable()
export class Registrations {
  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly limits: Limits,
    private readonly mails: IdentityMails,
    private readonly outbox: Outbox,
    private readonly passwords: PersonPasswords,
    private readonly seats: Seats,
  ) {}

  /**
   * Somebody wants an account: a link goes to the mailbox, and whoever follows it chooses name and password there. Nothing
   * that was typed here can open anything. For an address that has an account the mail says so instead; whoever typed it
   * learns nothing, because both ways take the same steps (ASVS 6.3.8). @throws LimitReached for everybody alike
   */
  async register({ name, email, returnTo }: Registration, locale: string, ip: string): Promise<void> {
    await this.limits.count(REGISTRATIONS_PER_IP, ip);
    await this.seats.mayTakeCustomers();
    if (!(await mayMail(this.limits, 'verify', email))) return;
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
   * too old. @throws LimitReached
   */
  async verify(secret: string, chosen: NewAccount | null): Promise<Verified | null> {
    const shown = await this.verification(secret);
    if (!shown || (!shown.hasPassword && !chosen)) return null;
    if (!shown.hasPassword) await this.passwords.mustDo(chosen!.password, [shown.email, chosen!.name]);
    const passwordHash = shown.hasPassword ? null : await hashPassword(chosen!.password);
    return this.database.write(async (em) => {
      let person = await personAt(this.database, shown.email);
      // An account with a password has taken this address meanwhile: no link changes that one.
      if (passwordHash && (await this.passwords.isChosen(shown.email))) return null;
      if (!person) await this.seats.amongCustomers();
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
}
