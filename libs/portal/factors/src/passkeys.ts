import { randomUUIDv7 } from 'node:crypto';
import type { AuthenticationResponseJSON, RegistrationResponseJSON } from '@simplewebauthn/server';
import { Inject, Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { newSecret, sign, signatureMatches, Tokens } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { Factors } from './factors.js';

/** How long a page may be open before its question is too old. */
const MINUTES = 30;
const SPENT = 'passkey-challenge';
const LONGEST = 50_000;

interface Kept {
  id: string;
  personId: string;
  handle: string;
  counter: string;
  publicKey: string;
}
/** What a page asks of a device, and what goes along with its answer. */
export interface Question {
  /** For `navigator.credentials`, as JSON. */
  options: string;
  /** The challenge, signed: looking at the page keeps nothing here. */
  kept: string;
}

/**
 * Passkeys (Web Authentication, level 3): a device shows that it holds a key, and that its owner was there. The question is signed and
 * used once; the device signs it for this host alone, so that no other site can have it answered.
 */
@Injectable()
export class Passkeys {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly tokens: Tokens,
    private readonly settings: Settings,
    private readonly factors: Factors,
  ) {}

  /** Asks a device for a new key. */
  async toRegister(person: { id: string; email: string; name: string }): Promise<Question> {
    const { challenge, kept } = this.challenge(`register ${person.id}`);
    const held = await this.handlesOf(person.id);
    const options = {
      challenge,
      rp: { id: hostOf(), name: await this.settings.name() },
      user: { id: base64url(person.id), name: person.email, displayName: person.name },
      pubKeyCredParams: [-8, -7, -257].map((alg) => ({ alg, type: 'public-key' })),
      timeout: MINUTES * 60_000,
      attestation: 'none',
      excludeCredentials: held.map((id) => ({ id, type: 'public-key' })),
      authenticatorSelection: { residentKey: 'required', requireResidentKey: true, userVerification: 'required' },
    };
    return { options: JSON.stringify(options), kept };
  }

  /** Asks for any key that somebody has here, or for one of this person's. */
  async toShow(personId: string | null = null): Promise<Question> {
    const { challenge, kept } = this.challenge(`show ${personId}`);
    const held = personId === null ? [] : await this.handlesOf(personId);
    const options = {
      challenge,
      rpId: hostOf(),
      userVerification: 'required',
      timeout: MINUTES * 60_000,
      allowCredentials: held.map((id) => ({ id, type: 'public-key' })),
    };
    return { options: JSON.stringify(options), kept };
  }

  /** @returns recovery codes to be shown this once, for whoever has none yet. @throws InvalidField */
  async register(
    who: { id: string; name: string },
    { kept, answer, label }: { kept: string; answer: string; label: string },
  ): Promise<string[] | null> {
    const challenge = this.challengeIn(kept, `register ${who.id}`);
    const response = parseAnswer(answer);
    if (!challenge || !response) throw wrong();
    const { verifyRegistrationResponse } = await import('@simplewebauthn/server');
    const verified = await verifyRegistrationResponse({
      response: response as unknown as RegistrationResponseJSON,
      ...this.expected(challenge),
    }).catch(() => null);
    if (!verified?.verified) throw wrong();
    const { id: handle, publicKey, counter } = verified.registrationInfo.credential;
    return this.database.write(async () => {
      if (!(await this.tokens.spend(SPENT, challenge, 1))) throw wrong();
      const data = { publicKey: Buffer.from(publicKey).toString('base64url') };
      return this.factors.addPasskey(who, { id: randomUUIDv7(), label, handle, data, counter });
    });
  }

  /** The same for somebody who is not in yet: only as long as they have nothing that they would have to show. @throws Conflict, InvalidField */
  registerFirst(
    who: { id: string; name: string },
    given: { kept: string; answer: string; label: string },
  ): Promise<string[]> {
    return this.database.write(async () => {
      await this.factors.mustBeFirst(who.id);
      return (await this.register(who, given)) ?? this.factors.makeCodes(who);
    });
  }

  /** Whose key has answered; null for what is no answer, was used, or is of nobody here. */
  async shown(
    { kept, answer }: { kept: string; answer: string },
    personId: string | null = null,
  ): Promise<string | null> {
    const challenge = this.challengeIn(kept, `show ${personId}`);
    const response = parseAnswer(answer);
    const key = challenge && response ? await this.keyOf(response.id) : undefined;
    if (!challenge || !response || !key || (personId !== null && key.personId !== personId)) return null;
    const { verifyAuthenticationResponse } = await import('@simplewebauthn/server');
    const verified = await verifyAuthenticationResponse({
      response: response as unknown as AuthenticationResponseJSON,
      ...this.expected(challenge),
      credential: {
        id: key.handle,
        publicKey: new Uint8Array(Buffer.from(key.publicKey, 'base64url')),
        counter: Number(key.counter),
      },
    }).catch(() => null);
    if (!verified?.verified) return null;
    const { newCounter } = verified.authenticationInfo;
    return this.database.write(async (em) => {
      if (!(await this.tokens.spend(SPENT, challenge, 1))) return null;
      // Many devices do not count; one that does never counts backwards (a copy would).
      const used = await rows(
        em,
        sql`update ${table('credential')} set counter = ${newCounter}, last_used_at = now()
             where id = ${key.id} and (counter < ${newCounter} or (counter = 0 and ${newCounter} = 0)) returning id`,
      );
      return used.length > 0 ? key.personId : null;
    });
  }

  private async handlesOf(personId: string): Promise<string[]> {
    const found = await this.database.read((em) =>
      rows<{ handle: string }>(
        em,
        sql`select handle from ${table('credential')} where person_id = ${personId} and kind = 'passkey'`,
      ),
    );
    return found.map(({ handle }) => handle);
  }

  private async keyOf(handle: string): Promise<Kept | undefined> {
    const [found] = await this.database.read((em) =>
      rows<Kept>(
        em,
        sql`select id, person_id as "personId", handle, counter, data->>'publicKey' as "publicKey" from ${table('credential')}
             where kind = 'passkey' and handle = ${handle}`,
      ),
    );
    return found;
  }

  private expected(challenge: string) {
    return {
      expectedChallenge: challenge,
      expectedOrigin: currentTenant().origin,
      expectedRPID: hostOf(),
      requireUserVerification: true,
    };
  }

  private challenge(purpose: string): { challenge: string; kept: string } {
    const challenge = newSecret();
    const signed = `${challenge}.${Date.now() + MINUTES * 60_000}`;
    return { challenge, kept: `${signed}.${this.signature(purpose, signed)}` };
  }

  private challengeIn(kept: string, purpose: string): string | null {
    const [challenge = '', until = '', signature = ''] = kept.split('.');
    const isOurs = signatureMatches(this.signature(purpose, `${challenge}.${until}`), signature);
    return isOurs && Number(until) > Date.now() ? challenge : null;
  }

  private signature(purpose: string, signed: string): string {
    return sign(this.config.secretKey, 'passkey challenge', `${currentTenant().id} ${purpose} ${signed}`);
  }
}

/** What a device said, as far as it has the shape; the rest is for the library to judge. */
export function parseAnswer(text: string): { id: string } | null {
  if (text.length > LONGEST) return null;
  try {
    const answer = JSON.parse(text) as { id?: unknown; response?: unknown } | null;
    return typeof answer?.id === 'string' && typeof answer.response === 'object' ? { ...answer, id: answer.id } : null;
  } catch {
    return null;
  }
}

const wrong = () => new InvalidField('', 'factors.passkey.wrong');
const hostOf = () => new URL(currentTenant().origin).hostname;
const base64url = (text: string) => Buffer.from(text).toString('base64url');
