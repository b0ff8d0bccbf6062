import { Injectable, type OnModuleInit } from '@nestjs/common';
import { hashSecret, Tokens } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { OnEvent } from '@foyer/events';
import { type About, type Addressee, type FindPeople, type Notice, Notices, type Reader } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';
import { PasswordChanged } from '../identity.events.js';
import { Person } from '../person.entity.js';
import { PersonPasswords } from '../person-passwords.js';

const KINDS = [
  ...(['verify', 'already-registered', 'reset', 'sign-in', 'invitation', 'welcome'] as const),
  ...(['email-changed', 'password-changed'] as const),
];
type Kind = (typeof KINDS)[number];

/**
 * Mails about accounts: links that prove a mailbox, and what happened to an account, so that people notice when it was not them
 * (ASVS 6.3.7). Nobody can switch them off, and a link that is dead goes to nobody.
 */
@Injectable()
export class IdentityMails implements OnModuleInit {
  private readonly notices: Record<Kind, Notice<About, object>>;

  constructor(
    private readonly database: Database,
    private readonly port: Notices,
    private readonly tokens: Tokens,
    private readonly passwords: PersonPasswords,
  ) {
    const declare = (kind: Kind) =>
      this.port.declare<About, object>({
        ...{ name: `identity.${kind}`, template: `identity/email/${kind}`, class: 'mandatory' },
        ...{ one: 'occasion', elsewhere: kind === 'verify', discreet: true },
        mayKnow: async (readers, about) => {
          const may = await Promise.all(readers.map((reader) => this.mayKnow(kind, reader, about)));
          return readers.filter((_, index) => may[index]);
        },
        // Without names: whoever typed one may be a stranger to whoever reads it.
        letter: (_, data) => ({ data: { ...data }, ...(kind !== 'password-changed' && { name: '' }) }),
      });
    this.notices = Object.fromEntries(KINDS.map((kind) => [kind, declare(kind)])) as typeof this.notices;
  }

  onModuleInit(): void {
    this.port.readPeople(this.people);
  }

  /** Mails a link, in the transaction in which it was made. */
  async link(
    kind: Exclude<Kind, 'email-changed' | 'password-changed'>,
    to: Exclude<Addressee, string>,
    { secret, path, ...more }: { secret: string; path: string },
    id = hashSecret(secret),
  ): Promise<void> {
    const facts = { url: `${currentTenant().origin}${path}`, ...more };
    await this.port.notify(this.notices[kind], { link: hashSecret(secret) }, { id, to: [to], facts });
  }

  /** The address before hears that there is to be another, or is one already: `moved`. */
  async emailChanged(
    personId: string,
    { former, newEmail, secret, moved = false }: Record<'former' | 'newEmail' | 'secret', string> & { moved?: boolean },
  ) {
    const url = `${currentTenant().origin}/account`;
    const to = [{ id: personId, address: former }];
    await this.port.notify(
      this.notices['email-changed'],
      {},
      { id: hashSecret(`${secret} old`), to, facts: { url, newEmail, ...(moved && { moved }) } },
    );
  }

  @OnEvent(PasswordChanged, 'identity.mail-password-changed')
  async passwordChanged({ personId, at }: PasswordChanged): Promise<void> {
    const facts = { url: `${currentTenant().origin}/forgot`, at };
    await this.port.notify(this.notices['password-changed'], {}, { id: `${personId}:${at}`, to: [personId], facts });
  }

  private async mayKnow(kind: Kind, { id, address }: Reader, { link }: About): Promise<boolean> {
    const token = link ? await this.tokens.open(link) : null;
    switch (kind) {
      case 'verify':
        return token !== null && (id ? this.isFree(address, id) : this.mayBegin(address));
      case 'invitation':
        return token !== null;
      case 'reset':
      case 'sign-in':
      case 'welcome':
        return token?.personId != null && this.isThere({ id: token.personId });
      case 'already-registered':
        return this.isThere({ email: address });
      case 'email-changed':
      case 'password-changed':
        return id !== null;
    }
  }

  private readonly people: FindPeople = (ids) =>
    this.database.read((em) =>
      rows(
        em,
        sql`select id, name, email, email as address, locale, team_role is not null as team, email_verified_at is not null as confirmed
              from ${table('person')} where id = any(${ids}::uuid[]) and status = 'active'`,
      ),
    );

  private async isThere(who: { id: string } | { email: string }): Promise<boolean> {
    return (await this.database.read((em) => em.findOne(Person, { ...who, status: 'active' }))) !== null;
  }

  /** Somebody shut out does not come back by registering, and who has a password needs none. */
  private async mayBegin(email: string): Promise<boolean> {
    const person = await this.database.read((em) => em.findOne(Person, { email }));
    return person?.status !== 'deactivated' && !(await this.passwords.isChosen(email));
  }

  private async isFree(email: string, id: string): Promise<boolean> {
    return (await this.database.read((em) => em.findOne(Person, { email, id: { $ne: id } }))) === null;
  }
}
