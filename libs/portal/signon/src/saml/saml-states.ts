import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { Conflict } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import { apart, Database } from '@foyer/database';
import { Collections, declareItems } from '@foyer/settings';
import { currentTenant } from '@foyer/tenancy';
import type { Connection } from '../connection-book.js';
import { ownKey } from './certificates.js';

const stateShape = z.object({
  id: z.uuid(),
  connectionId: z.uuid(),
  /** Ours, the oldest first: it signs until it is removed, and each of them reads what was encrypted for us. */
  keys: z.array(z.object({ sealed: z.string(), certificate: z.string() })).max(2),
  /** What the provider has said of itself where it does so by an address. */
  provider: z
    .object({
      ...{ url: z.string(), readAt: z.iso.datetime() },
      ...{ entityId: z.string(), signOnUrl: z.string(), certificates: z.array(z.string()) },
      signOutUrl: z.string().default(''),
      /** Why what it says now does not count. */
      problem: z.enum(['unreachable', 'unreadable', 'other']).nullable(),
    })
    .nullable(),
});
export type SamlState = z.output<typeof stateShape>;

/** What a connection has that nobody types: beside it, as whoever has its form open changes none of this. */
const samlStates = declareItems('saml-states', stateShape, { team: 1000 });

export interface OwnKey {
  privateKey: string;
  certificate: string;
}

/** Keys of ours, and what providers have said of themselves. */
@Injectable()
export class SamlStates {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly collections: Collections,
  ) {}

  async of({ id }: Pick<Connection, 'id'>): Promise<SamlState | null> {
    return (await this.collections.all(samlStates)).find(({ connectionId }) => connectionId === id) ?? null;
  }

  /** The oldest first. The first is made when it is asked for, also by a page that is only opened. */
  async keysOf(connection: Connection): Promise<OwnKey[]> {
    const before = (await this.of(connection))?.keys ?? [];
    const { keys } = before.length > 0 ? { keys: before } : await apart(() => this.withKey(connection));
    return keys.map(({ sealed, certificate }) => {
      const privateKey = unseal(this.config.secretKey, purpose(connection.id), sealed);
      if (privateKey === null) throw new Error(`The key of the connection ${connection.id} does not open`);
      return { privateKey, certificate };
    });
  }

  /** A second one, which providers can learn of before it signs. */
  async renew(connection: Connection): Promise<void> {
    const key = await this.sealedKey(connection);
    await this.change(connection.id, ({ keys }) => {
      if (keys.length > 1) throw new Conflict('signon.saml.two-keys');
      return { keys: [...keys, key] };
    });
  }

  /** The other takes its place. */
  async removeOldest({ id }: Pick<Connection, 'id'>): Promise<void> {
    await this.change(id, ({ keys }) => {
      if (keys.length < 2) throw new Conflict('signon.saml.one-key');
      return { keys: keys.slice(1) };
    });
  }

  async learn({ id }: Pick<Connection, 'id'>, provider: SamlState['provider']): Promise<void> {
    await this.change(id, () => ({ provider }));
  }

  /** Of connections that are there no more. */
  async sweep(there: readonly Pick<Connection, 'id'>[]): Promise<void> {
    const ids = new Set(there.map(({ id }) => id));
    const all = await this.collections.all(samlStates);
    if (all.some(({ connectionId }) => !ids.has(connectionId)))
      await this.update((states) => states.filter(({ connectionId }) => ids.has(connectionId)));
  }

  private async withKey(connection: Connection): Promise<SamlState> {
    const key = await this.sealedKey(connection);
    // Of two at once the first one's counts.
    return this.change(connection.id, ({ keys }) => ({ keys: keys.length > 0 ? keys : [key] }));
  }

  private async sealedKey({ id }: Connection): Promise<SamlState['keys'][number]> {
    const { privateKey, certificate } = await ownKey(new URL(currentTenant().origin).hostname);
    return { sealed: seal(this.config.secretKey, purpose(id), privateKey), certificate };
  }

  private async change(connectionId: string, to: (state: SamlState) => Partial<SamlState>): Promise<SamlState> {
    let changed: SamlState;
    await this.update((states) => {
      const before = states.find((one) => one.connectionId === connectionId);
      const state = before ?? { id: randomUUIDv7(), connectionId, keys: [], provider: null };
      changed = { ...state, ...to(state) };
      return [...states.filter((one) => one !== before), changed];
    });
    return changed!;
  }

  private async update(to: (states: SamlState[]) => SamlState[]): Promise<void> {
    await this.database.write(async () => {
      await this.database.inTurn(`items ${samlStates.name}`);
      await this.collections.apply(samlStates, to(await this.collections.stored(samlStates)));
    });
  }
}

const purpose = (connectionId: string) => `saml key ${currentTenant().id} ${connectionId}`;
