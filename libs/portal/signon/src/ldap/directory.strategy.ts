import { Injectable } from '@nestjs/common';
import { PassportStrategy } from '@nestjs/passport';
import { TooMany } from '@foyer/access';
import { Guesses, hashSecret, type Limit, Limits } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { Person, SignIn } from '@foyer/identity';
import type { Claims } from '../claims.js';
import { IdentityLinks } from '../identity-links.js';
import { SignOnRefused } from '../refused.js';
import { Handshake, type Outcome, type SignOnRequest, type TypedIn } from '../strategy.js';
import { Directories, type DirectoryConnectionAt } from './directories.js';

/** A directory is looked into before it is known whose password is guessed at. */
const LOOKS: Limit = { name: 'directory-looks', points: 300, seconds: 900 };

/** LDAP, as passport knows it: nobody is sent anywhere, what is typed here is judged there. */
@Injectable()
export class DirectoryStrategy extends PassportStrategy(Handshake, 'directory') {
  constructor(
    private readonly database: Database,
    private readonly directories: Directories,
    private readonly links: IdentityLinks,
    private readonly signIn: SignIn,
    private readonly guesses: Guesses,
    private readonly limits: Limits,
  ) {
    super();
  }

  async validate({ signOn: asking }: Required<SignOnRequest>): Promise<Outcome> {
    if (asking.step === 'judge') throw new SignOnRefused('answer', 'none');
    if (!asking.typed) return { asks: 'password' };
    try {
      return { claims: await this.claims(asking.connection as DirectoryConnectionAt, asking.typed) };
    } catch (error) {
      throw error instanceof TooMany ? new SignOnRefused('too-many') : error;
    }
  }

  /** Guesses are counted as those at passwords of ours are, by the account that is meant, however its name is written (security 22). */
  private async claims(connection: DirectoryConnectionAt, { name, password, device, mark }: TypedIn): Promise<Claims> {
    const ip = device.ip ?? 'unknown';
    await this.limits.count(LOOKS, ip);
    let person: Person | null = null;
    const judge = async (subject: string | null, prove: () => Promise<boolean>) => {
      person = await this.personOf(connection, subject ?? name);
      const known = this.signIn.isKnown(person?.email ?? name, mark);
      const account = hashSecret(`${connection.id} ${(subject ?? name).toLowerCase()}`);
      const proved = async () => ((await prove()) ? true : null);
      return (await this.guesses.judged({ door: 'portal', account, ip, known }, proved)) ?? false;
    };
    try {
      return await this.directories.claims(connection, name, password, judge);
    } catch (error) {
      if (error instanceof SignOnRefused) error.personId = (person as Person | null)?.id ?? null;
      throw error;
    }
  }

  private async personOf({ id }: DirectoryConnectionAt, subject: string): Promise<Person | null> {
    const link = await this.links.find(id, subject);
    return this.database.read((em) => em.findOne(Person, { id: link?.personId ?? null }));
  }
}
