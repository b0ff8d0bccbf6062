import { Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { passwordProblem } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { currentTenant } from '@foyer/tenancy';
import { SignInRules } from './sign-in-rules.js';

/**
 * The only way to passwords. They are no property of `Person`: one that is loaded only sometimes cannot be told from one
 * that was never chosen.
 */
@Injectable()
export class PersonPasswords {
  constructor(
    private readonly database: Database,
    private readonly rules: SignInRules,
  ) {}

  /** The hash; null when the person has not chosen one, or nobody has the address. */
  async of(email: string): Promise<string | null> {
    const [found] = await this.database.read((em) =>
      rows<{ hash: string | null }>(
        em,
        sql`select password_hash as hash from ${table('person')} where lower(email) = lower(${email})`,
      ),
    );
    return found?.hash ?? null;
  }

  async isChosen(email: string): Promise<boolean> {
    return (await this.of(email)) !== null;
  }

  /** In the transaction of the verb; the person is there already. */
  async set(personId: string, hash: string): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`update ${table('person')} set password_hash = ${hash} where id = ${personId} returning id`),
    );
  }

  /** @throws InvalidField for a password that will not do: too short, known from breaches, or made of the words of whose it is and where */
  async mustDo(password: string, about: string[]): Promise<void> {
    const { name, slug } = currentTenant();
    const min = await this.rules.passwordLength();
    const problem = await passwordProblem(password, [...about, name, slug], min);
    if (problem) throw new InvalidField('password', problem, { min });
  }
}
