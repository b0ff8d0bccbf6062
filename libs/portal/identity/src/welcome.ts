import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Tokens } from '@foyer/credentials';
import { Database, type Sql, sql, table } from '@foyer/database';
import { currentTenant } from '@foyer/tenancy';
import { OwnerArrival } from '@foyer/tenants';
import { IdentityMails } from './jobs/identity-mails.js';
import { Person } from './person.entity.js';

/** That somebody beside the owner is in the team or was invited to it. */
export const hasColleagues = (): Sql =>
  sql`(select count(*) > 1 from ${table('person')} where team_role is not null and status <> 'deactivated')
      or exists (select from ${table('token')} where purpose = 'invitation' and used_at is null and data->>'teamRole' is not null)`;

/** How a new owner gets from the sign-up site into their console: by a link that works once, for an hour. */
@Injectable()
export class Welcome implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly mails: IdentityMails,
    private readonly arrival: OwnerArrival,
  ) {}

  onModuleInit(): void {
    this.arrival.fill(({ email, locale }) => this.prepare(email, locale));
  }

  /** Makes the link and sends the welcome mail, whose own link proves the address. Inside the new tenant. */
  async prepare(email: string, locale: string): Promise<string> {
    return this.database.write(async (em) => {
      const owner = await em.findOneOrFail(Person, { email, teamRole: 'owner' });
      const { origin } = currentTenant();
      const verify = await this.tokens.issue('verify', { email, personId: owner.id, hours: 7 * 24 });
      const link = { secret: verify, path: `/verify?token=${verify}`, portal: origin, console: `${origin}/console` };
      await this.mails.link('welcome', { address: email, name: '', locale }, link, owner.id);
      const secret = await this.tokens.issue('welcome', { email, personId: owner.id, hours: 1 });
      return `${origin}/console/welcome?token=${secret}`;
    });
  }

  async isOpen(secret: string): Promise<boolean> {
    return (await this.tokens.peek('welcome', secret)) !== null;
  }

  async redeem(secret: string): Promise<Person | null> {
    return this.database.write(async (em) => {
      const token = await this.tokens.redeem('welcome', secret);
      return token?.personId ? em.findOne(Person, { id: token.personId, status: 'active' }) : null;
    });
  }
}
