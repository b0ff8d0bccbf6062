import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import { currentTenant } from '@foyer/tenancy';
import type { Visit } from '@foyer/web';
import { type Connection, ConnectionBook, isOn } from '../connection-book.js';
import { IdentityLinks } from '../identity-links.js';
import { clientOf } from './oidc.strategy.js';
import type { OidcConnection } from './oidc-connections.js';
import { OpenId } from './open-id.js';

export const GOODBYE = '/sign-in/left';
const whoShape = z.object({ connectionId: z.uuid(), subject: z.string() });

/**
 * Whoever signs out here is still signed in at their provider, and the next person at that screen would be let in by it: they are offered
 * to sign out there too (OpenID Connect RP-Initiated Logout 1.0). Nobody is made to: it may be their provider for everything.
 */
@Injectable()
export class Goodbye {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly book: ConnectionBook,
    private readonly links: IdentityLinks,
    private readonly openId: OpenId,
  ) {}

  /** By whom this browser is vouched for. */
  remember(visit: Visit, { id, kind }: Connection, subject: string): void {
    const who = JSON.stringify({ connectionId: id, subject });
    visit.connected(kind === 'oidc' ? seal(this.config.secretKey, purpose(), who) : null);
  }

  /** The page that offers it; null where this browser was vouched for by nobody. */
  async page(visit: Visit): Promise<string | null> {
    return (await this.who(visit)) === null ? null : GOODBYE;
  }

  /** Null: nothing to offer. */
  async offer(visit: Visit): Promise<{ name: string; href: string } | null> {
    const who = await this.who(visit);
    if (!who) return null;
    const { connection, subject } = who;
    const link = await this.links.find(connection.id, subject);
    const after = `${currentTenant().origin}/sign-in`;
    const hint = this.links.opened(link?.data.idToken);
    const href = await this.openId.signOutAddress(clientOf(connection), hint, after).catch(() => null);
    return href === null ? null : { name: connection.name, href };
  }

  private async who(visit: Visit) {
    const sealed = visit.cookie('connected');
    const opened = sealed === null ? null : unseal(this.config.secretKey, purpose(), sealed);
    if (opened === null) return null;
    const { connectionId, subject } = whoShape.parse(JSON.parse(opened));
    const connection = await this.book.find(connectionId);
    const isOffered = connection?.kind === 'oidc' && isOn(connection);
    return isOffered ? { connection: connection as Connection & OidcConnection, subject } : null;
  }
}

const purpose = () => `connected ${currentTenant().id}`;
