import { Injectable } from '@nestjs/common';
import { hashSecret, Limits, Tokens } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { IdentityMails } from './jobs/identity-mails.js';
import { mayMail } from './mailbox-limit.js';
import { Person } from './person.entity.js';
import { SignInRules } from './sign-in-rules.js';

const PURPOSE = 'sign-in';
const HOURS = 0.25;

interface Kept {
  /** Hash of what the browser has in which it was asked for. */
  browser: string | null;
  returnTo: string | null;
}
export interface MailedLink {
  email: string;
  /** Whether this is the browser in which it was asked for. */
  isHere: boolean;
  returnTo: string | null;
}

/** Signing in by a link to one's mailbox: once, for a quarter of an hour. What is asked beside a password is asked after it as well. */
@Injectable()
export class MailedLinks {
  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly limits: Limits,
    private readonly mails: IdentityMails,
    private readonly rules: SignInRules,
  ) {}

  /** Whether anybody may come by it. */
  async isOn(): Promise<boolean> {
    return (await this.rules.isOffered('customers', 'email-link')) || this.rules.isOffered('team', 'email-link');
  }

  /**
   * Mails a link, if anybody has that address who may come by it. For others the same is done, and the mail is withheld when it is to be
   * sent: neither words nor time tell the two apart (ASVS 6.3.8).
   * @param browser a secret that this browser has
   */
  async send(email: string, { browser, returnTo }: { browser: string | null; returnTo: string | null }): Promise<void> {
    if (!(await mayMail(this.limits, PURPOSE, email))) return;
    await this.database.write(async (em) => {
      const found = await em.findOne(Person, { email, status: 'active' });
      const person = found && (await this.rules.mayUse(found, 'email-link')) ? found : null;
      const data: Kept = { browser: browser && hashSecret(browser), returnTo };
      const secret = await this.tokens.issue(PURPOSE, {
        ...{ email, personId: person?.id ?? null, hours: HOURS },
        data: { ...data },
      });
      const to = { address: email, name: '', locale: person?.locale ?? null };
      await this.mails.link('sign-in', to, { secret, path: `/sign-in/link?token=${secret}` });
    });
  }

  async shown(secret: string, browser: string | null): Promise<MailedLink | null> {
    const token = await this.tokens.peek(PURPOSE, secret);
    if (!token?.personId) return null;
    const kept = token.data as unknown as Kept;
    const isHere = browser !== null && kept.browser === hashSecret(browser);
    return { email: token.email, isHere, returnTo: kept.returnTo };
  }

  /** Whose link it is; it is used up by that, and has proved their address. Null when it is used, too old, or theirs no longer. */
  async redeem(secret: string): Promise<Person | null> {
    return this.database.write(async (em) => {
      const token = await this.tokens.redeem(PURPOSE, secret);
      if (!token?.personId) return null;
      const person = await em.findOne(Person, { id: token.personId, email: token.email, status: 'active' });
      if (!person || !(await this.rules.mayUse(person, 'email-link'))) return null;
      person.emailVerifiedAt ??= new Date();
      return person;
    });
  }
}
