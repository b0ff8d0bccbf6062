import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import { currentTenant } from '@foyer/tenancy';
import type { Visit } from '@foyer/web';
import type { Claims } from './claims.js';
import { type Connection, ConnectionBook, isOn } from './connection-book.js';
import { IdentityLinks } from './identity-links.js';
import { clientOf } from './oidc/oidc.strategy.js';
import type { OidcConnection } from './oidc/oidc-connections.js';
import { OpenId } from './oidc/open-id.js';
import type { SamlConnectionAt } from './saml/saml-providers.js';
import { SamlSignOuts } from './saml/saml-sign-outs.js';

export const GOODBYE = '/sign-in/left';
const whoShape = z.object({
  connectionId: z.uuid(),
  subject: z.string(),
  /** Of SAML: what it calls them, in which form, and the session. */
  sid: z.string().nullable().default(null),
  named: z.string().nullable().default(null),
});
/** Those whose providers have a way of it. */
const KINDS: readonly string[] = ['oidc', 'saml'];
const namedShape = z.tuple([z.string(), z.string().nullable()]);

/**
 * Whoever signs out here is still signed in at their provider, and the next person at that screen would be let in by it: they are offered
 * to sign out there too (OpenID Connect RP-Initiated Logout 1.0; SAML profiles 4.4). Nobody is made to: it may be their provider for everything.
 */
@Injectable()
export class Goodbye {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly book: ConnectionBook,
    private readonly links: IdentityLinks,
    private readonly openId: OpenId,
    private readonly signOuts: SamlSignOuts,
  ) {}

  /** By whom this browser is vouched for. */
  remember(visit: Visit, { id, kind }: Connection, { subject, kept = {} }: Claims): void {
    const there = kind === 'saml' ? { sid: kept.sid ?? null, named: kept.idToken ?? null } : {};
    const who = JSON.stringify({ connectionId: id, subject, ...there });
    visit.connected(KINDS.includes(kind) ? seal(this.config.secretKey, purpose(), who) : null);
  }

  /** The page that offers it; null where this browser was vouched for by nobody. */
  async page(visit: Visit): Promise<string | null> {
    return (await this.who(visit)) === null ? null : GOODBYE;
  }

  /** Null: nothing to offer. */
  async offer(visit: Visit): Promise<{ name: string; href: string } | null> {
    const who = await this.who(visit);
    if (!who) return null;
    const href = await (who.connection.kind === 'saml' ? this.ofSaml(who) : this.ofOpenId(who)).catch(() => null);
    return href === null ? null : { name: who.connection.name, href };
  }

  private async ofOpenId({ connection, subject }: Who): Promise<string | null> {
    const link = await this.links.find(connection.id, subject);
    const hint = this.links.opened(link?.data.idToken);
    const after = `${currentTenant().origin}/sign-in`;
    return this.openId.signOutAddress(clientOf(connection as Connection & OidcConnection), hint, after);
  }

  private async ofSaml({ connection, sid, named }: Who): Promise<string | null> {
    if (named === null) return null;
    const [name, format] = namedShape.parse(JSON.parse(named));
    return this.signOuts.addressFor(connection as SamlConnectionAt, { name, format, sid });
  }

  private async who(visit: Visit): Promise<Who | null> {
    const sealed = visit.cookie('connected');
    const opened = sealed === null ? null : unseal(this.config.secretKey, purpose(), sealed);
    if (opened === null) return null;
    const { connectionId, ...there } = whoShape.parse(JSON.parse(opened));
    const connection = await this.book.find(connectionId);
    return connection && KINDS.includes(connection.kind) && isOn(connection) ? { connection, ...there } : null;
  }
}

type Who = Omit<z.output<typeof whoShape>, 'connectionId'> & { connection: Connection };

const purpose = () => `connected ${currentTenant().id}`;
