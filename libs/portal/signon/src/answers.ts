import { Inject, Injectable } from '@nestjs/common';
import { z } from 'zod';
import { type Config, CONFIG } from '@foyer/config';
import { seal, Tokens, unseal } from '@foyer/credentials';
import { currentTenant } from '@foyer/tenancy';
import { SignOnRefused } from './refused.js';

const PURPOSE = 'sign-on-answer';
const HOURS = 5 / 60;
const REFUSED = 'no.';

/** What was posted from elsewhere and judged there, until the browser comes for it. */
export interface Kept {
  /** By what is the same for the same answer. */
  id: string;
  /** What it says, as the protocol has it. */
  said: Record<string, unknown>;
  /** Nobody has asked: where the provider sends them, as it came. Null: it answers somebody, which is compared with the browser's cookie. */
  unaskedFor: string | null;
}

/**
 * A post from another site brings none of our cookies, so it lets nobody in. What it says is kept under a one-time secret, with which the
 * browser opens a page of ours; only there is it known whose browser that is.
 */
@Injectable()
export class Answers {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly tokens: Tokens,
  ) {}

  /** @returns its secret */
  async keep(connectionId: string, { id, said, unaskedFor }: Kept): Promise<string> {
    const data = { said, unaskedFor };
    return this.tokens.issue(PURPOSE, { email: id, personId: null, subjectId: connectionId, data, hours: HOURS });
  }

  /** Says no without keeping anything: whoever posts rubbish fills no table with it. */
  refusal(connectionId: string, { reason, check }: SignOnRefused): string {
    return REFUSED + seal(this.config.secretKey, purpose(connectionId), JSON.stringify({ reason, check }));
  }

  /** Whether that is an answer to nobody, and where it leads. */
  async unasked(connectionId: string, secret: unknown): Promise<{ to: string } | null> {
    if (typeof secret !== 'string' || secret.startsWith(REFUSED)) return null;
    const token = await this.tokens.peek(PURPOSE, secret);
    const to = token?.subjectId === connectionId ? token.data['unaskedFor'] : null;
    return typeof to === 'string' ? { to } : null;
  }

  /** @throws SignOnRefused when it was no, is used up or was never there */
  async take(connectionId: string, secret: unknown): Promise<Record<string, unknown>> {
    if (typeof secret !== 'string') throw new SignOnRefused('answer', 'none');
    if (secret.startsWith(REFUSED)) throw this.opened(connectionId, secret.slice(REFUSED.length));
    const token = await this.tokens.peek(PURPOSE, secret);
    if (token?.subjectId !== connectionId || !(await this.tokens.redeem(PURPOSE, secret)))
      throw new SignOnRefused('replayed', 'answer');
    return token.data['said'] as Record<string, unknown>;
  }

  private opened(connectionId: string, sealed: string): SignOnRefused {
    const opened = unseal(this.config.secretKey, purpose(connectionId), sealed);
    if (opened === null) return new SignOnRefused('answer', 'none');
    const { reason, check } = refusalShape.parse(JSON.parse(opened));
    return new SignOnRefused(reason as SignOnRefused['reason'], check);
  }
}

const refusalShape = z.object({ reason: z.string(), check: z.string().nullable() });
const purpose = (connectionId: string) => `sign-on refusal ${currentTenant().id} ${connectionId}`;
