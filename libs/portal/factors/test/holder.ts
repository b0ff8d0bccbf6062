import { generateSync } from 'otplib';
import type { TestPerson, Visitor } from '@foyer/app-cli/testing';
import { PASSWORD } from '@foyer/app-cli/testing';
import { sql, table } from '@foyer/database';

/** Somebody with an app that shows codes, as their phone would. */
export class Holder {
  private constructor(
    readonly person: TestPerson,
    readonly secret: string,
    readonly recovery: string[],
    readonly browser: Visitor,
  ) {}

  /** Sets an app up on the pages of the account, and what it showed then counts as long ago. */
  static async of(person: TestPerson, base = ''): Promise<Holder> {
    const browser = await person.browser();
    const secret = await secretOn(browser, `${base}/account/security/app`);
    const form = { ...secret.form, label: 'My phone', current_password: PASSWORD };
    const done = await browser.post(`${base}/account/security/app`, { ...form, code: codeOf(secret.secret) });
    const recovery = recoveryIn(done.text);
    const holder = new Holder(person, secret.secret, recovery, browser);
    await holder.later();
    return holder;
  }

  get code(): string {
    return codeOf(this.secret);
  }

  /** As if the half minutes in which the codes so far were shown were over. */
  later(): Promise<void> {
    return this.person.tenant.change(
      () =>
        sql`update ${table('credential')} set counter = 0 where person_id = (select id from ${table('person')} where email = ${this.person.email})`,
    );
  }

  /** A browser in which the password has been given, and nothing else. */
  async arriving(path?: string): Promise<Visitor> {
    const visitor = this.person.tenant.visitor();
    await visitor.signIn(this.person.email, PASSWORD, path);
    return visitor;
  }
}

export const codeOf = (secret: string, at = 0): string =>
  generateSync({ secret, epoch: Math.floor(Date.now() / 1000) + at });

/** What a page for setting up an app shows and sends along. */
export async function secretOn(browser: Visitor, path: string) {
  const { text } = await browser.get(path);
  // Where a passkey can be chosen as well, the app's form stands after that.
  const kept_token = [...text.matchAll(/name="kept_token" value="([^"]+)"/g)].at(-1)![1]!;
  return { secret: /class="spelled"[^>]*>([A-Z2-7 ]+)</.exec(text)![1]!.replaceAll(' ', ''), form: { kept_token } };
}

export const recoveryIn = (html: string): string[] =>
  [...html.matchAll(/<li><code>([0-9A-Z]{5}-[0-9A-Z]{5})<\/code><\/li>/g)].map(([, code]) => code!);
