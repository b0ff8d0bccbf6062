import { Injectable } from '@nestjs/common';
import { OnEvent } from '@foyer/events';
import { type About, type Notice, Notices } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';
import { ConnectionBook } from './connection-book.js';
import { IdentityLinked, IdentityUnlinked } from './signon.events.js';

interface Facts {
  change: 'linked' | 'unlinked';
  connection: string | null;
}

/** Tells people that somebody else's word opens their account, or does no more, so that they notice when it was not them (ASVS 6.3.7). */
@Injectable()
export class LinkMails {
  private readonly changed: Notice<About, Facts>;

  constructor(
    private readonly port: Notices,
    private readonly book: ConnectionBook,
  ) {
    this.changed = port.declare({
      ...{ name: 'sign-on.link', template: 'signon/email/link', class: 'mandatory', one: 'person' },
      alsoDoer: true,
      mayKnow: (readers) => Promise.resolve(readers.filter(({ id }) => id !== null)),
      letter: ({ team }, facts) => ({
        data: { ...facts, url: `${currentTenant().origin}${team ? '/console' : ''}/account` },
      }),
    });
  }

  /** Of an account that it made there is nothing to warn of. */
  @OnEvent(IdentityLinked, 'signon.mail-linked')
  async linked({ personId, connectionId, isNew, at }: IdentityLinked): Promise<void> {
    if (!isNew) await this.tell('linked', personId, connectionId, at);
  }

  @OnEvent(IdentityUnlinked, 'signon.mail-unlinked')
  async unlinked({ personId, connectionId, at }: IdentityUnlinked): Promise<void> {
    await this.tell('unlinked', personId, connectionId, at);
  }

  private async tell(change: Facts['change'], personId: string, connectionId: string, at: string): Promise<void> {
    const connection = (await this.book.all()).find(({ id }) => id === connectionId)?.name ?? null;
    const id = `${change} ${connectionId} ${at}`;
    await this.port.notify(this.changed, {}, { id, to: [personId], facts: { change, connection } });
  }
}
