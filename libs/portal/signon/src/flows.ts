import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Config, CONFIG } from '@foyer/config';
import { newSecret, seal, unseal } from '@foyer/credentials';
import { currentTenant } from '@foyer/tenancy';
import { safeReturn } from '@foyer/web';
import type { ConnectionItem } from './connections.js';
import { Replays } from './replays.js';
import { SignOnRefused } from './refused.js';

const MINUTES = 15;
/** Cookies have little room; whoever was on a longer way begins at the start. */
const LONGEST_RETURN = 1000;

const flowShape = z.object({
  connectionId: z.uuid(),
  /** A path of this site. */
  to: z.string(),
  side: z.enum(['portal', 'console']),
  /** Goes with the browser to the provider and comes back with it. */
  state: z.string(),
  /** Goes into what the provider signs. */
  nonce: z.string(),
  /** Of PKCE: its hash goes along, itself only from us to the provider. */
  verifier: z.string(),
  /** Who only tries the connection. */
  trialBy: z.uuid().nullable(),
  /** The provider has begun. */
  unasked: z.boolean().default(false),
  until: z.number(),
});
/** What was asked of a provider. */
export type Flow = z.output<typeof flowShape>;
type Asked = Pick<Flow, 'connectionId' | 'to' | 'side' | 'trialBy'>;

/**
 * What is known of somebody between leaving for a provider and coming back. It lies sealed in a cookie of their own browser: a link
 * that brings an answer to another browser finds nothing there, so nobody is signed in to a stranger's account.
 */
@Injectable()
export class Flows {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly replays: Replays,
  ) {}

  /** @returns the flow, and what the browser keeps of it */
  begin(asked: Asked, home: string, unasked = false): { flow: Flow; sealed: string } {
    const to = asked.to.length > LONGEST_RETURN ? home : asked.to;
    const until = Date.now() + MINUTES * 60_000;
    const flow = { ...asked, to, unasked, state: newSecret(), nonce: newSecret(), verifier: newSecret(), until };
    return { flow, sealed: seal(this.config.secretKey, purpose(), JSON.stringify(flow)) };
  }

  /** Where a provider may begin by itself: as if they had gone there, for wherever it sends them. */
  unasked({ id: connectionId, audience }: Pick<ConnectionItem, 'id' | 'audience'>, place: string): Flow {
    const isConsole = audience === 'team' || (audience === 'both' && /^\/console(?:[/?#]|$)/.test(place));
    const side = isConsole ? 'console' : 'portal';
    const home = side === 'console' ? '/console' : '/';
    return this.begin({ connectionId, to: safeReturn(place, home), side, trialBy: null }, home, true).flow;
  }

  /** What this browser went for, if it went for this connection. @throws SignOnRefused */
  of(connectionId: string, sealed: string | null): Flow {
    if (sealed === null) throw new SignOnRefused('other-browser', 'cookie');
    const opened = unseal(this.config.secretKey, purpose(), sealed);
    const flow = opened === null ? null : flowShape.parse(JSON.parse(opened));
    if (flow?.connectionId !== connectionId) throw new SignOnRefused('other-browser', 'connection');
    if (flow.until < Date.now()) throw new SignOnRefused('expired', 'time');
    return flow;
  }

  /** Uses a flow up: of two answers to one question the second counts nothing. @throws SignOnRefused */
  async use({ state, until }: Flow): Promise<void> {
    await this.replays.mustBeFirst('flow', state, new Date(until));
  }
}

const purpose = () => `connecting ${currentTenant().id}`;
