import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { Conflict, InvalidField } from '@foyer/access';
import { parseAddressList } from '@foyer/credentials';
import { Database, rows, sql, type Sql, table } from '@foyer/database';
import { type Doer, Outbox } from '@foyer/events';
import { KeyCreated, KeyRevoked, KeyRotated } from './key.events.js';
import { newKey } from './secret.js';

/** Days. A key that nobody would miss should not open anything for ever. */
export const LIFETIMES = [30, 90, 365, 730] as const;
export const MOST_OVERLAP_DAYS = 7;
const MOST_KEYS = 100;
/** Two at work while one replaces the other, and some that were forgotten. */
const MOST_OF_DIRECTORY = 5;

export interface KeyDraft {
  name: string;
  scopes: string[];
  companyId: string | null;
  /** Lines as somebody types them. */
  addresses: string[];
  days: number;
}
export interface KeyRow {
  id: string;
  name: string;
  scopes: string[];
  companyId: string | null;
  company: string | null;
  /** Which directory it speaks for: it opens nothing but what that may change. */
  directoryId: string | null;
  addresses: string[];
  createdById: string | null;
  createdBy: string | null;
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
  formerUntil: string | null;
}
type Maker = Doer & { id: string | null };

/** Of keys that still count. */
export const COUNTS = sql`(revoked_at is null and expires_at > now())`;

/** The keys themselves: made, replaced, revoked, found. Whoever calls has asked whether that may be done, and by whom. */
@Injectable()
export class KeyRing {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
  ) {}

  /** Those that still count first, the latest first. */
  find(where: Sql): Promise<KeyRow[]> {
    return this.database.read((em) =>
      rows<KeyRow>(
        em,
        sql`select k.id, k.name, to_json(k.scopes) as scopes, k.company_id as "companyId", c.name as company, k.directory_id as "directoryId",
                   to_json(k.addresses) as addresses, k.created_by_id as "createdById",
                   p.name as "createdBy", k.created_at as "createdAt", k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt",
                   k.revoked_at as "revokedAt", case when k.former_until > now() and k.revoked_at is null then k.former_until end as "formerUntil"
              from ${table('api_key')} k left join ${table('company')} c on c.id = k.company_id left join ${table('person')} p on p.id = k.created_by_id
             where ${where} order by ${COUNTS} desc, k.created_at desc limit 500`,
      ),
    );
  }

  ofDirectory(directoryId: string): Promise<KeyRow[]> {
    return this.find(sql`k.directory_id = ${directoryId}`);
  }

  /** Tokens of directories that somebody made and that still count. */
  forDirectoriesBy(personId: string): Promise<KeyRow[]> {
    return this.find(sql`k.created_by_id = ${personId} and k.directory_id is not null and ${COUNTS}`);
  }

  /** The key itself is told this once. @throws InvalidField, Conflict */
  async add(
    by: Maker,
    { name, scopes, companyId, days, ...draft }: KeyDraft,
    directoryId: string | null = null,
  ): Promise<{ id: string; key: string }> {
    if (!LIFETIMES.some((lifetime) => lifetime === days)) throw new InvalidField('days', 'web.form.choice');
    const addresses = parseAddressList(draft.addresses, 'addresses');
    const id = randomUUIDv7();
    const { key, hash } = newKey(id);
    const most = directoryId === null ? MOST_KEYS : MOST_OF_DIRECTORY;
    await this.database.write(async (em) => {
      await this.database.inTurn('keys');
      if (companyId && (await rows(em, sql`select 1 from ${table('company')} where id = ${companyId}`)).length === 0)
        throw new InvalidField('company', 'web.form.choice');
      const [{ count }] = (await rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from ${table('api_key')} where ${COUNTS} and directory_id is not distinct from ${directoryId}`,
      )) as [{ count: number }];
      if (count >= most) throw new Conflict('keys.too-many', { max: most });
      await rows(
        em,
        sql`insert into ${table('api_key')} (id, name, hash, scopes, company_id, directory_id, addresses, created_by_id, expires_at)
            values (${id}, ${name}, ${hash}, ${scopes}, ${companyId}, ${directoryId}, ${addresses}, ${by.id}, now() + ${days} * interval '1 day')`,
      );
      await this.outbox.publish(new KeyCreated(id, name, scopes, companyId), { by });
    });
    return { id, key };
  }

  /** Another secret for the same key; the former one counts for so many days more, and none from before that. */
  async rotate(by: Maker, id: string, overlapDays: number): Promise<string> {
    const days = Math.max(0, Math.min(MOST_OVERLAP_DAYS, overlapDays));
    const { key, hash } = newKey(id);
    await this.database.write(async (em) => {
      const [rotated] = await rows<{ formerUntil: string }>(
        em,
        sql`update ${table('api_key')} set former_hash = hash, hash = ${hash}, former_until = now() + ${days} * interval '1 day'
             where id = ${id} and ${COUNTS} returning former_until as "formerUntil"`,
      );
      if (!rotated) throw new Conflict('keys.over');
      await this.outbox.publish(new KeyRotated(id, new Date(rotated.formerUntil).toISOString()), { by });
    });
    return key;
  }

  async revoke(by: Maker | null, id: string): Promise<void> {
    await this.revokeAll(by, sql`id = ${id}`);
  }

  /** What somebody made who is shut out: they have its secret. What speaks for a directory goes on, since it would take everybody else along. */
  async revokeMadeBy(personId: string): Promise<void> {
    await this.revokeAll(null, sql`created_by_id = ${personId} and directory_id is null`);
  }

  async revokeOfDirectory(by: Maker, directoryId: string): Promise<void> {
    await this.revokeAll(by, sql`directory_id = ${directoryId}`);
  }

  private async revokeAll(by: Maker | null, where: Sql): Promise<void> {
    await this.database.write(async (em) => {
      const revoked = await rows<{ id: string }>(
        em,
        sql`update ${table('api_key')} set revoked_at = now(), former_hash = null where ${where} and revoked_at is null returning id`,
      );
      for (const { id } of revoked) await this.outbox.publish(new KeyRevoked(id), by ? { by } : {});
    });
  }
}
