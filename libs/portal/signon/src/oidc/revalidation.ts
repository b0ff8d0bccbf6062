import { Injectable } from '@nestjs/common';
import { ConnectionBook } from '../connection-book.js';
import { IdentityLinks } from '../identity-links.js';
import { SignedOutElsewhere } from '../signed-out-elsewhere.js';
import type { OidcConnection } from './oidc-connections.js';
import { clientOf } from './oidc.strategy.js';
import { OpenId } from './open-id.js';

/**
 * Asks providers, once an hour, whether they still stand by those who are signed in: where the token they gave for that is refused,
 * the sessions end. A provider that does not answer says nothing.
 */
@Injectable()
export class Revalidation {
  constructor(
    private readonly book: ConnectionBook,
    private readonly links: IdentityLinks,
    private readonly openId: OpenId,
    private readonly signedOut: SignedOutElsewhere,
  ) {}

  async run(): Promise<void> {
    const clients = new Map(
      (await this.book.all())
        .filter(({ kind }) => kind === 'oidc')
        .map((one) => [one.id, clientOf(one as typeof one & OidcConnection)]),
    );
    if (clients.size === 0) return;
    for (const link of await this.links.withSessions()) {
      const client = clients.get(link.connectionId);
      const refresh = this.links.opened(link.data.refresh);
      if (!client || refresh === null) continue;
      const again = await this.openId.again(client, refresh).catch(() => null);
      if (again === null) continue;
      await this.links.refreshed(link, again || null);
      if (again === false) await this.signedOut.endAll(link.personId);
    }
  }
}
