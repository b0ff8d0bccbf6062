import { Injectable } from '@nestjs/common';
import { Sessions } from '@foyer/credentials';
import { Database } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { SessionsEnded } from '@foyer/identity';
import { IdentityLinks } from './identity-links.js';

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

  /** By their subject, or where that is not said by their session there. */
  async end(connectionId: string, subject: string | null, sid: string | null): Promise<void> {
    const link = subject === null ? null : await this.links.find(connectionId, subject);
    const links = link ? [link] : subject === null && sid !== null ? await this.links.ofSid(connectionId, sid) : [];
    for (const { personId } of links) await this.endAll(personId);
  }

  async endAll(personId: string): Promise<void> {
    await this.database.write(async () => {
      await this.sessions.endAll(personId);
      await this.outbox.publish(new SessionsEnded(personId, null));
    });
  }
}
