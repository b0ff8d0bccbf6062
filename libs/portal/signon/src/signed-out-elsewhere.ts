import { Injectable } from '@nestjs/common';
import { Sessions } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { SessionEnded, SessionsEnded } from '@foyer/identity';
import { IdentityLinks, type Link, type LinkedSession } from './identity-links.js';

/** Whom a provider means: by what it calls them for good, by what it calls them now, by their sessions there. */
export interface Meant {
  subject?: string | null;
  name?: string;
  /** None: all of them. */
  sids?: readonly string[];
}

/** Whom a provider has signed out, or stands by no more, is out here as well: pages and streams at once. */
@Injectable()
export class SignedOutElsewhere {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly links: IdentityLinks,
  ) {
    this.sessions = new Sessions(database);
  }

  /** Ends what this connection has vouched for, and nothing that the same people have begun by another way. @returns how many sessions */
  async end(connectionId: string, { subject = null, name, sids = [] }: Meant): Promise<number> {
    const hashed = name === undefined ? undefined : this.links.hashed(connectionId, name);
    const fits = (session: LinkedSession): boolean =>
      (hashed === undefined || session.name === hashed) &&
      // Not every provider says at first which session it is.
      (sids.length === 0 || (session.sid === undefined ? subject !== null : sids.includes(session.sid)));
    let ended = 0;
    for (const { personId, data } of await this.meant(connectionId, subject, hashed, sids))
      for (const { id } of (data.sessions ?? []).filter(fits)) if (await this.endOne(personId, id)) ended += 1;
    return ended;
  }

  async endAll(personId: string): Promise<void> {
    await this.database.write(async () => {
      await this.sessions.endAll(personId);
      await this.outbox.publish(new SessionsEnded(personId, null));
    });
  }

  private async meant(connectionId: string, subject: string | null, name: string | undefined, sids: readonly string[]) {
    if (subject !== null) return [await this.links.find(connectionId, subject)].filter((link) => link !== null);
    if (name !== undefined) return this.links.ofSession(connectionId, { name });
    const found: Link[] = [];
    for (const sid of sids) found.push(...(await this.links.ofSession(connectionId, { sid })));
    return found;
  }

  private async endOne(personId: string, id: string): Promise<boolean> {
    return this.database.write(async () => {
      const isEnded = await this.sessions.endOne(personId, id);
      if (isEnded) await this.outbox.publish(new SessionEnded(personId, id));
      return isEnded;
    });
  }
}
