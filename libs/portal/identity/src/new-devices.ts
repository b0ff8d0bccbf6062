import { randomUUID } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { z } from 'zod';
import { NotFound } from '@foyer/access';
import { type Device, hashSecret, Sessions, Tokens } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { formatters, regionOf, translate } from '@foyer/i18n';
import { type About, type Notice, Notices } from '@foyer/notify';
import { declareItems, identified, Items, Settings } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import { SessionsEnded } from './identity.events.js';
import { byThemselves, Person } from './person.entity.js';
import type { PortalActor } from './portal-actor.js';
import { SignInRules } from './sign-in-rules.js';
import { SignIns } from './sign-ins.js';
import { deviceIn, placeIn } from './where-from.js';

const DAYS = 7;
/** Of customers who do not want to hear of new devices: one each. */
const unwanted = declareItems('no-device-mails', z.object({ id: z.string(), ownerId: z.string().nullish() }), {
  own: 1,
});

interface Facts extends Device {
  at: string;
  timeZone: string | null;
  url: string;
}

/** Tells people when somebody signs in to their account from a device it has never been used on, so that they can end that at once. */
@Injectable()
export class NewDevices {
  private readonly sessions: Sessions;
  private readonly notice: Notice<About, Facts>;

  constructor(
    private readonly database: Database,
    private readonly port: Notices,
    private readonly tokens: Tokens,
    private readonly items: Items,
    private readonly settings: Settings,
    private readonly signIns: SignIns,
    private readonly rules: SignInRules,
    private readonly outbox: Outbox,
  ) {
    this.sessions = new Sessions(database);
    this.notice = port.declare({
      ...{ name: 'identity.new-device', template: 'identity/email/new-device', class: 'mandatory', one: 'occasion' },
      alsoDoer: true,
      mayKnow: (readers) => Promise.resolve(readers.filter(({ id }) => id !== null)),
      letter: async ({ locale }, facts) => ({ data: await this.inWords(locale, facts) }),
    });
  }

  /**
   * In the write in which somebody comes in. Of the first time there is nothing to tell, nor of a device that has been there before.
   * @param isKnown the browser has the mark of somebody who was
   */
  async note(person: Person, device: Device, isKnown: boolean): Promise<void> {
    const isFirst = person.lastSeenAt === null;
    if (isFirst || isKnown || (await this.signIns.hasSeen(person.id, device))) return;
    if (person.teamRole === null && !(await this.isWanted(person.id))) return;
    const about = { email: person.email, personId: person.id, subjectId: randomUUID(), hours: DAYS * 24 };
    const secret = await this.tokens.issue('not-me', about);
    const url = `${currentTenant().origin}/sign-in/not-me?token=${secret}`;
    const facts = { ...device, at: new Date().toISOString(), timeZone: person.timeZone, url };
    await this.port.notify(this.notice, {}, { id: hashSecret(secret), to: [person.id], facts });
  }

  async mayDisown(secret: string): Promise<boolean> {
    return (await this.tokens.peek('not-me', secret)) !== null;
  }

  /**
   * It was not them: all sessions end, at once, and what the link leads to is another password. Null when it was used or is too old.
   * @returns where to go on
   */
  async disown(secret: string): Promise<string | null> {
    return this.database.write(async (em) => {
      const token = await this.tokens.redeem('not-me', secret);
      const person = token && (await em.findOne(Person, { id: token.personId, status: 'active' }));
      if (!person) return null;
      await this.sessions.endAll(person.id);
      await this.outbox.publish(new SessionsEnded(person.id, null), byThemselves(person));
      // A mailbox that is theirs no more opens nothing.
      const isTheirs = person.email.toLowerCase() === token.email;
      if (!isTheirs || !(await this.rules.mayUse(person, 'password'))) return '/sign-in';
      const reset = await this.tokens.issue('reset', { email: token.email, personId: person.id, hours: 2 });
      return `/reset?token=${reset}`;
    });
  }

  /** Of a customer; nobody of the team can choose. */
  async isWanted(personId: string): Promise<boolean> {
    return !(await this.items.all(unwanted, personId)).some(({ ownerId }) => ownerId === personId);
  }

  async choose({ id, teamRole }: PortalActor, wanted: boolean): Promise<void> {
    if (teamRole !== null) throw new NotFound();
    await this.items.update(unwanted, id, () => (wanted ? [] : [identified({ ownerId: id! })]));
  }

  private async inWords(locale: string, { ip, userAgent, at, timeZone, url }: Facts) {
    const { regions, timeZone: ours } = await this.settings.get('general');
    const say = { locale, t: (key: string, values?: Record<string, string>) => translate(locale, key, values) };
    const { address, country } = placeIn(ip, say);
    const when = formatters(regionOf(locale, regions), timeZone ?? ours).date(at, 'exact');
    const where = [country, address].filter(Boolean).join(' · ') || null;
    return { url, when, where, device: deviceIn(userAgent, say).device };
  }
}
