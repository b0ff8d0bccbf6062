import { Injectable } from '@nestjs/common';
import { Database } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { Mailer } from '@foyer/mail';
import { currentTenant } from '@foyer/tenancy';
import { PasswordChanged } from '../identity.events.js';
import { Person } from '../person.entity.js';

/** Tells people what happened to their account, so that they notice when it was not them (ASVS 6.3.7). */
@Injectable()
export class IdentityMails {
  constructor(
    private readonly database: Database,
    private readonly mailer: Mailer,
  ) {}

  @OnEvent(PasswordChanged, 'identity.mail-password-changed')
  async passwordChanged({ personId, at }: PasswordChanged): Promise<void> {
    await this.database.write(async (em) => {
      const person = await em.findOne(Person, { id: personId, status: 'active' });
      if (!person) return;
      await this.mailer.queue({
        to: { name: person.name, address: person.email },
        template: 'identity/email/password-changed',
        data: { name: person.name, url: `${currentTenant().origin}/forgot`, at },
        key: `identity.password-changed:${personId}:${at}`,
        locale: person.locale ?? '',
      });
    });
  }
}
