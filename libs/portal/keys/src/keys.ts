import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { type Actor, Conflict, holds, InvalidField, NotFound, Refused } from '@foyer/access';
import { scopesOf } from '@foyer/api';
import { parseAddressList } from '@foyer/credentials';
import { Database, rows, sql, type Sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import { type PortalActor, teamCapabilities, TeamRoles } from '@foyer/identity';
import { KeyCreated, KeyRevoked, KeyRotated } from './key.events.js';
import { teamScopesOf } from './key-rights.js';
import { newKey } from './secret.js';

/** Days. A key that nobody would miss should not open anything for ever. */
export const LIFETIMES = [30, 90, 365, 730] as const;
export const MOST_OVERLAP_DAYS = 7;
const MOST_KEYS = 100;

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
  addresses: string[];
  createdBy: string | null;
  createdAt: string;
  expiresAt: string;
  lastUsedAt: string | null;
  revokedAt: string | null;
  formerUntil: string | null;
}

/** Keys for programs: they belong to the portal, not to whoever made them, and are given nothing that their maker may not do. */
@Injectable()
export class Keys {
  constructor(
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly teamRoles: TeamRoles,
  ) {}

  /** Those that still count first, the latest first. */
  async all(actor: Actor): Promise<KeyRow[]> {
    mayManage(actor);
    return this.read(sql`true`);
  }

  async one(actor: Actor, id: string): Promise<KeyRow> {
    mayManage(actor);
    const [key] = await this.read(sql`k.id = ${id}`);
    if (!key) throw new NotFound();
    return key;
  }

  /** Those that somebody made and that still count: they go on when their maker is gone. */
  madeBy(personId: string): Promise<KeyRow[]> {
    return this.read(sql`k.created_by_id = ${personId} and ${COUNTS}`);
  }

  /** The key itself is told this once. @throws InvalidField, Conflict, Refused */
  async create(actor: PortalActor, draft: KeyDraft): Promise<{ id: string; key: string }> {
    await this.check(actor, draft);
    const { name, scopes, companyId, days } = draft;
    const addresses = parseAddressList(draft.addresses, 'addresses');
    const id = randomUUIDv7();
    const { key, hash } = newKey(id);
    await this.database.write(async (em) => {
      await this.database.inTurn('keys');
      if (companyId && (await rows(em, sql`select 1 from ${table('company')} where id = ${companyId}`)).length === 0)
        throw new InvalidField('company', 'web.form.choice');
      const [{ count }] = (await rows<{ count: number }>(
        em,
        sql`select count(*)::int as count from ${table('api_key')} where ${COUNTS}`,
      )) as [{ count: number }];
      if (count >= MOST_KEYS) throw new Conflict('keys.too-many', { max: MOST_KEYS });
      await rows(
        em,
        sql`insert into ${table('api_key')} (id, name, hash, scopes, company_id, addresses, created_by_id, expires_at)
            values (${id}, ${name}, ${hash}, ${scopes}, ${companyId}, ${addresses}, ${actor.id}, now() + ${days} * interval '1 day')`,
      );
      await this.outbox.publish(new KeyCreated(id, name, scopes, companyId), { by: actor });
    });
    return { id, key };
  }

  /** Another secret for the same key; the former one counts for so many days more, and none from before that. */
  async rotate(actor: PortalActor, id: string, overlapDays: number): Promise<string> {
    const before = await this.one(actor, id);
    // Whoever gets the secret gets what the key may do.
    await this.check(actor, { ...before, days: LIFETIMES[0] });
    const days = Math.max(0, Math.min(MOST_OVERLAP_DAYS, overlapDays));
    const { key, hash } = newKey(id);
    await this.database.write(async (em) => {
      const [rotated] = await rows<{ formerUntil: string }>(
        em,
        sql`update ${table('api_key')} set former_hash = hash, hash = ${hash}, former_until = now() + ${days} * interval '1 day'
             where id = ${id} and ${COUNTS} returning former_until as "formerUntil"`,
      );
      if (!rotated) throw new Conflict('keys.over');
      await this.outbox.publish(new KeyRotated(id, new Date(rotated.formerUntil).toISOString()), { by: actor });
    });
    return key;
  }

  async revoke(actor: PortalActor, id: string): Promise<void> {
    await this.one(actor, id);
    await this.database.write(async (em) => {
      const revoked = await rows(
        em,
        sql`update ${table('api_key')} set revoked_at = now(), former_hash = null where id = ${id} and revoked_at is null returning id`,
      );
      if (revoked.length > 0) await this.outbox.publish(new KeyRevoked(id), { by: actor });
    });
  }

  private async check(
    actor: PortalActor,
    { scopes, companyId, days }: Pick<KeyDraft, 'scopes' | 'companyId' | 'days'>,
  ): Promise<void> {
    mayManage(actor);
    if (!LIFETIMES.some((lifetime) => lifetime === days)) throw new InvalidField('days', 'web.form.choice');
    const known = scopesOf(scopes).filter(({ name }) => scopes.includes(name));
    if (scopes.length === 0) throw new InvalidField('scopes', 'keys.no-scope');
    if (known.length !== scopes.length) throw new InvalidField('scopes', 'web.form.choice');
    if (companyId && known.some(({ ofCompany }) => !ofCompany)) throw new InvalidField('scopes', 'keys.not-of-company');
    const mine = (await this.teamRoles.meaning())(actor.teamRole ?? '');
    if (actor.teamRole !== 'owner' && !teamCapabilities.covers(mine, teamScopesOf(scopesOf(scopes))))
      throw new Refused('keys.too-much');
  }

  private read(where: Sql): Promise<KeyRow[]> {
    return this.database.read((em) =>
      rows<KeyRow>(
        em,
        sql`select k.id, k.name, to_json(k.scopes) as scopes, k.company_id as "companyId", c.name as company, to_json(k.addresses) as addresses,
                   p.name as "createdBy", k.created_at as "createdAt", k.expires_at as "expiresAt", k.last_used_at as "lastUsedAt",
                   k.revoked_at as "revokedAt", case when k.former_until > now() and k.revoked_at is null then k.former_until end as "formerUntil"
              from ${table('api_key')} k left join ${table('company')} c on c.id = k.company_id left join ${table('person')} p on p.id = k.created_by_id
             where ${where} order by ${COUNTS} desc, k.created_at desc limit 500`,
      ),
    );
  }
}

const COUNTS = sql`(revoked_at is null and expires_at > now())`;

function mayManage({ ability }: Actor): void {
  if (!holds(ability, 'manage', 'Settings')) throw new Refused();
}
