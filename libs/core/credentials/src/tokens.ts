import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Database, rows, sql, table } from '@foyer/database';
import { hashSecret, newSecret } from './secrets.js';
import { Token } from './token.entity.js';

export interface TokenGrant {
  email: string;
  personId: string | null;
  subjectId?: string | null;
  data?: Record<string, unknown>;
  hours: number;
}

/** One-time links of a tenant. A token is bound to its tenant by the table it is in, and to an address and a purpose. */
@Injectable()
export class Tokens {
  constructor(private readonly database: Database) {}

  /** Makes a link's secret. Earlier unused ones of the same purpose, address and subject stop working. */
  async issue(purpose: string, { email, personId, subjectId = null, data = {}, hours }: TokenGrant): Promise<string> {
    const secret = newSecret();
    await this.database.write(async (em) => {
      // Of two at once the later replaces the earlier.
      await this.database.inTurn(`token ${purpose} ${email.toLowerCase()} ${subjectId}`);
      await em.nativeDelete(Token, { purpose, email: email.toLowerCase(), subjectId, usedAt: null });
      const expiresAt = new Date(Date.now() + hours * 3_600_000);
      const tokenHash = hashSecret(secret);
      em.persist(
        Object.assign(new Token(), {
          purpose,
          tokenHash,
          email: email.toLowerCase(),
          personId,
          subjectId,
          data,
          expiresAt,
        }),
      );
      await em.flush();
    });
    return secret;
  }

  /** What a secret stands for, without using it up; null when it is unknown, used or expired. */
  peek(purpose: string, secret: string): Promise<Token | null> {
    return this.database.read((em) =>
      em.findOne(Token, { purpose, tokenHash: hashSecret(secret), usedAt: null, expiresAt: { $gt: new Date() } }),
    );
  }

  /** What an open link stands for, by the hash of its secret: all that others than its reader know of it. */
  open(tokenHash: string): Promise<Token | null> {
    return this.database.read((em) => em.findOne(Token, { tokenHash, usedAt: null, expiresAt: { $gt: new Date() } }));
  }

  /** Uses a secret up, once: of two at the same time one gets the token and the other null. */
  async redeem(purpose: string, secret: string): Promise<Token | null> {
    return this.database.write(async (em) => {
      const where = { purpose, tokenHash: hashSecret(secret), usedAt: null, expiresAt: { $gt: new Date() } };
      const used = await em.nativeUpdate(Token, where, { usedAt: new Date() });
      return used === 1 ? em.findOne(Token, { tokenHash: where.tokenHash }) : null;
    });
  }

  /**
   * Notes that something which was made without a row here, such as a signed challenge, has been used: of two at the same time one is
   * told that it was the first.
   */
  async spend(purpose: string, secret: string, hours: number): Promise<boolean> {
    const spent = await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('token')} (id, purpose, token_hash, email, expires_at, used_at)
            values (${randomUUIDv7()}, ${purpose}, ${hashSecret(`${purpose} ${secret}`)}, '', now() + ${hours} * interval '1 hour', now())
            on conflict (token_hash) do nothing returning id`,
      ),
    );
    return spent.length > 0;
  }

  /** Withdraws what was sent and not yet used, e.g. an invitation. False when there is no such thing. */
  async revoke(purpose: string, id: string, subjectId: string | null = null): Promise<boolean> {
    return (await this.database.write((em) => em.nativeDelete(Token, { id, purpose, subjectId, usedAt: null }))) === 1;
  }

  /** Forgets links that were used or have expired a while ago. */
  async sweep(): Promise<number> {
    const since = new Date(Date.now() - 30 * 86_400_000);
    return this.database.write((em) =>
      em.nativeDelete(Token, { $or: [{ expiresAt: { $lt: since } }, { usedAt: { $lt: since } }] }),
    );
  }
}
