import { Inject, Injectable } from '@nestjs/common';
import { InvalidField } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import {
  type Device,
  Guesses,
  hashSecret,
  passwordMatches,
  Sessions,
  sign,
  signatureMatches,
} from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { Slots } from '@foyer/slots';
import { currentTenant } from '@foyer/tenancy';
import { type ConnectionSession, type Factor, type SessionBegun, sessionsBegun, type Way } from './arrival-slots.js';
import { SessionEnded, SessionRefused, SessionsEnded, SessionStarted } from './identity.events.js';
import { NewDevices } from './new-devices.js';
import { byThemselves, Person } from './person.entity.js';
import { PersonPasswords } from './person-passwords.js';
import { SignInRules } from './sign-in-rules.js';
import { SignIns } from './sign-ins.js';

export interface Shown {
  way: Way;
  factor: Factor | null;
  /** The mark of the browser, if it has one. */
  known: string | null;
  connectionId?: string | undefined;
  connectionSession?: ConnectionSession | undefined;
}
export interface SignedIn {
  /** For the session cookie. */
  secret: string;
  /** For the device cookie: this device has proved that it knows the account. */
  device: string;
}

type After = SessionBegun extends infer One ? (One extends SessionBegun ? Omit<One, 'personId' | 'sessionId'> : never) : never; // prettier-ignore

/** Signing in by e-mail and password, and the session of whoever is in. */
@Injectable()
export class SignIn {
  private readonly sessions: Sessions;

  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly guesses: Guesses,
    private readonly passwords: PersonPasswords,
    private readonly outbox: Outbox,
    private readonly rules: SignInRules,
    private readonly signIns: SignIns,
    private readonly devices: NewDevices,
    private readonly slots: Slots,
  ) {
    this.sessions = new Sessions(database);
  }

  /**
   * Whose password it is. They are not in yet: `Arrivals`.
   * @throws InvalidField when address and password do not fit, the same in words and time for known and unknown addresses
   * @throws TooMany
   */
  async withPassword(email: string, password: string, device: Device & { known: string | null }): Promise<Person> {
    const attempt = {
      ...{ door: 'portal' as const, account: email, ip: device.ip ?? 'unknown' },
      known: this.isKnown(email, device.known),
    };
    let found: Person | null = null;
    const person = await this.guesses.judged(attempt, async () => {
      found = await this.database.read((em) => em.findOne(Person, { email }));
      const matches = await passwordMatches(await this.passwords.of(email), password);
      return found && matches && found.maySignIn ? found : null;
    });
    if (!person) {
      await this.signIns.noteRefused(email, device);
      await this.outbox.publish(new SessionRefused((found as Person | null)?.id ?? null, device.ip));
      throw new InvalidField('', 'identity.sign-in.wrong');
    }
    if (!(await this.rules.mayUse(person, 'password'))) throw new InvalidField('', 'identity.sign-in.other-way');
    return person;
  }

  /**
   * Starts a session. Only `Arrivals` does, once nothing is left to be asked.
   * @param former secret of the session this browser had; it ends, so that nobody can plant one (ASVS 7.2.4)
   */
  async start(person: Person, device: Device, former: string | null, shown: Shown): Promise<SignedIn> {
    const { way, factor, known, connectionId, connectionSession = {} } = shown;
    const secret = await this.database.write(async (em) => {
      await this.devices.note(person, device, this.isKnown(person.email, known));
      await em.nativeUpdate(Person, { id: person.id }, { lastSeenAt: new Date() });
      if (former) await this.sessions.end(former);
      await this.outbox.publish(new SessionStarted(person.id, way, device.ip, factor), byThemselves(person));
      await this.signIns.note(person.id, 'in', { ...device, way, factor });
      return this.begin(
        person,
        device,
        factor,
        connectionId === undefined ? null : { connectionId, connectionSession },
      );
    });
    return { secret, device: this.deviceMark(person.email) };
  }

  /** Another session in the place of all there are. Only `Arrivals` does. */
  async renew(person: Person, device: Device, sessionId: string, shown?: Factor | null): Promise<SignedIn> {
    const secret = await this.database.write(async (em) => {
      const [former] = await rows<{ factor: Factor | null }>(
        em,
        sql`select factor from ${table('session')} where id = ${sessionId}`,
      );
      const factor = shown === undefined ? (former?.factor ?? null) : shown;
      await this.sessions.endAll(person.id);
      await this.outbox.publish(new SessionsEnded(person.id, null), byThemselves(person));
      return this.begin(person, device, factor, { former: sessionId });
    });
    return { secret, device: this.deviceMark(person.email) };
  }

  /** Whether whoever has this cookie has been in the account before, on this device. */
  isKnown(email: string, mark: string | null): boolean {
    return mark !== null && signatureMatches(this.deviceMark(email), mark);
  }

  async out(secret: string): Promise<void> {
    await this.database.write(async () => {
      const ended = await this.sessions.end(secret);
      if (ended) await this.outbox.publish(new SessionEnded(ended.ownerId, ended.id));
    });
  }

  private async begin({ id, teamRole }: Person, device: Device, factor: Factor | null, after: After | null) {
    const secret = await this.sessions.start(id, device, await this.rules.lifetimeMs(teamRole));
    if (!factor && !after) return secret;
    const [begun] = await this.database.write((em) =>
      rows<{ id: string }>(
        em,
        sql`update ${table('session')} set factor = ${factor} where token_hash = ${hashSecret(secret)} returning id`,
      ),
    );
    if (after)
      for (const tell of this.slots.of(sessionsBegun)) await tell({ personId: id, sessionId: begun!.id, ...after });
    return secret;
  }

  private deviceMark(email: string): string {
    return sign(this.config.secretKey, 'known device', `${currentTenant().id} ${email.toLowerCase()}`);
  }
}
