import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Token, Tokens } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { Mailer, MailRules } from '@foyer/mail';
import { currentTenant } from '@foyer/tenancy';
import { PasswordChanged } from '../identity.events.js';
import { Person } from '../person.entity.js';
import { PersonPasswords } from '../person-passwords.js';

/**
 * Tells people what happened to their account, so that they notice when it was not them (ASVS 6.3.7), and says who may
 * still get which mail about accounts when it is sent: a link that is dead goes to nobody.
 */
@Injectable()
export class IdentityMails implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
    private readonly rules: MailRules,
    private readonly tokens: Tokens,
    private readonly passwords: PersonPasswords,
  ) {}

  onModuleInit(): void {
    const at = (kind: string) => `identity/email/${kind}`;
    this.rules.declare({
      [at('verify')]: async ({ about, toAddress }) =>
        (await this.opens(about)) !== null &&
        (about['personId'] ? this.mayMoveTo(about['personId'], toAddress) : this.mayBegin(toAddress)),
      [at('already-registered')]: ({ toAddress }) => this.isThere({ email: toAddress }),
      [at('reset')]: async ({ about }) => this.isThere({ id: (await this.opens(about))?.personId ?? null }),
      [at('invitation')]: async ({ about }) => (await this.opens(about)) !== null,
      [at('welcome')]: async ({ about }) => this.isThere({ id: (await this.opens(about))?.personId ?? null }),
      [at('email-changed')]: ({ about, toAddress }) =>
        this.isThere({ id: about['personId'] ?? null, email: toAddress }),
      [at('password-changed')]: ({ about, toAddress }) =>
        this.isThere({ id: about['personId'] ?? null, email: toAddress }),
    });
  }

  @OnEvent(PasswordChanged, 'identity.mail-password-changed')
  async passwordChanged({ personId, at }: PasswordChanged): Promise<void> {
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { id: personId, status: 'active' });
      if (!person) return;
      await this.mailer.queue({
        to: { name: person.name, address: person.email },
        template: 'identity/email/password-changed',
        data: { url: `${currentTenant().origin}/forgot`, at },
        about: { personId },
        key: `identity.password-changed:${personId}:${at}`,
        locale: person.locale ?? '',
      });
    });
  }

  private opens({ link }: Record<string, string>): Promise<Token | null> {
    return link ? this.tokens.open(link) : Promise.resolve(null);
  }

  private async isThere(who: { id?: string | null; email?: string }): Promise<boolean> {
    if (who.id === null) return false;
    return (await this.database.read((em) => em.findOne(Person, { ...who, status: 'active' } as object))) !== null;
  }

  /** Somebody shut out does not come back by registering, and who has a password needs none. */
  private async mayBegin(email: string): Promise<boolean> {
    const person = await this.database.read((em) => em.findOne(Person, { email }));
    return person?.status !== 'deactivated' && !(await this.passwords.isChosen(email));
  }

  private async mayMoveTo(id: string, email: string): Promise<boolean> {
    const taken = await this.database.read((em) => em.findOne(Person, { email, id: { $ne: id } }));
    return taken === null && this.isThere({ id });
  }
}
