import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hashSecret } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { SignOnRefused } from './refused.js';

/** What counts once, in whichever process it turns up: states, ids of assertions and of tokens that end sessions. */
@Injectable()
export class Replays {
  constructor(private readonly database: Database) {}

  /** @throws SignOnRefused when it was there before. It is remembered until it would count for nothing by itself. */
  async mustBeFirst(kind: string, value: string, until: Date): Promise<void> {
    const hash = hashSecret(`${kind} ${value}`);
    const fresh = await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('token')} (id, purpose, token_hash, email, expires_at, used_at)
            values (${randomUUIDv7()}, 'sign-on-seen', ${hash}, '', ${until}, ${new Date()})
            on conflict (token_hash) do nothing returning id`,
      ),
    );
    if (fresh.length === 0) throw new SignOnRefused('replayed', kind);
  }
}
