import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { apart } from '@foyer/database';
import { ForbiddenAddress, Outbound, OutboundFailed } from '@foyer/outbound';
import { Collections } from '@foyer/settings';
import type { Connection } from '../connection-book.js';
import { SignOnRefused } from '../refused.js';
import { certificatesIn, pemOf } from './certificates.js';
import { MAX_METADATA_BYTES, parseMetadata, type SamlProvider } from './provider-metadata.js';
import { type SamlConnection, samlConnections } from './saml-connections.js';
import { type SamlState, SamlStates } from './saml-states.js';
import { UnreadableXml } from './saml-xml.js';

export type SamlConnectionAt = Connection & SamlConnection;
const TIMEOUT_MS = 10_000;
const FRESH_MS = 23 * 3_600_000;

/** Who the provider of a connection is: as its fields say, or as it says itself at an address, read again every day. */
@Injectable()
export class SamlProviders {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly outbound: Outbound,
    private readonly collections: Collections,
    private readonly states: SamlStates,
  ) {}

  /** @throws SignOnRefused where it has never said anything that counts */
  async of(connection: SamlConnectionAt): Promise<SamlProvider> {
    const { complete, metadataUrl, entityId, signOnUrl, signOutUrl, certificates } = connection;
    if (!complete) throw new SignOnRefused('off', 'unfinished');
    if (metadataUrl === '')
      return { entityId, signOnUrl, signOutUrl, certificates: certificatesIn(certificates).map(pemOf) };
    const known = await this.known(connection);
    return known ?? apart(() => this.read(connection));
  }

  /** What it has said at the address that the connection has now. */
  async known({ id, metadataUrl }: Pick<SamlConnection, 'id' | 'metadataUrl'>) {
    const provider = (await this.states.of({ id }))?.provider;
    return provider?.url === metadataUrl ? provider : null;
  }

  /** New certificates join, and those that it does not show any more go. One that fails is asked again with the next round. */
  async readAgain(now = Date.now()): Promise<void> {
    const all = await this.collections.all(samlConnections);
    await this.states.sweep(all);
    for (const connection of all.filter(({ metadataUrl, enabled }) => enabled && metadataUrl !== '')) {
      const known = await this.known(connection);
      if (known && now - Date.parse(known.readAt) < FRESH_MS) continue;
      await this.read(connection).catch((error: unknown) => {
        if (!(error instanceof SignOnRefused)) throw error;
      });
    }
  }

  private async read(connection: SamlConnection): Promise<SamlProvider> {
    const { metadataUrl: url } = connection;
    const before = await this.known(connection);
    try {
      const said = await this.ask(url);
      // Whose word counts is for those who look after the connection to say.
      if (before && before.entityId !== said.entityId) throw new Unusable('other');
      const provider = { ...said, url, readAt: new Date().toISOString(), problem: null };
      await this.states.learn(connection, provider);
      return provider;
    } catch (error) {
      if (!(error instanceof Unusable)) throw error;
      if (before) await this.states.learn(connection, { ...before, problem: error.problem });
      throw new SignOnRefused('unreachable', `metadata ${error.problem}`);
    }
  }

  private async ask(url: string): Promise<SamlProvider> {
    try {
      const { status, body } = await this.outbound.fetch(url, {
        ...{ plain: this.config.env !== 'production', timeoutMs: TIMEOUT_MS, redirects: 3 },
        ...{ maxBytes: MAX_METADATA_BYTES, headers: { Accept: 'application/samlmetadata+xml, application/xml' } },
      });
      if (status !== 200) throw new Unusable('unreachable');
      return parseMetadata(body.toString('utf8'));
    } catch (error) {
      if (error instanceof UnreadableXml) throw new Unusable('unreadable');
      if (error instanceof OutboundFailed || error instanceof ForbiddenAddress) throw new Unusable('unreachable');
      throw error;
    }
  }
}

class Unusable extends Error {
  constructor(readonly problem: NonNullable<NonNullable<SamlState['provider']>['problem']>) {
    super(`What a provider says of itself does not count: ${problem}`);
  }
}
