import { timingSafeEqual } from 'node:crypto';
import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Abilities } from '@foyer/access';
import { type Caller, Callers, scopesOf } from '@foyer/api';
import { isWithin } from '@foyer/credentials';
import { apart, Database, rows, sql, table } from '@foyer/database';
import { Entitlements } from '@foyer/entitlements';
import {
  companyCapabilities,
  grantsOf,
  type Place,
  placeSql,
  type PortalActor,
  Roles,
  SignInRules,
  teamCapabilities,
} from '@foyer/identity';
import { Problem } from '@foyer/web';
import { companyScopesOf, teamScopesOf } from './key-rights.js';
import { parseKey } from './secret.js';

interface Row {
  name: string;
  hash: string;
  formerHash: string | null;
  scopes: string[];
  addresses: string[];
  companyId: string | null;
  directoryId: string | null;
  place: (Place & { name: string }) | null;
  counts: boolean;
  makerFrozen: boolean;
  unnoted: boolean;
}
/** A key that counts, as those see it who go by the key alone. */
export interface KeyShown {
  id: string;
  name: string;
  companyId: string | null;
  directoryId: string | null;
}
/** The role of a key in the team: none that has a name, so that nobody may give it or touch whoever has it. */
const KEY_ROLE = 'key';

/** Who is asking by a key. What it may do is written by the same rules as for people, on what its scopes leave of a role. */
@Injectable()
export class KeyCallers implements OnModuleInit {
  constructor(
    private readonly database: Database,
    private readonly callers: Callers,
    private readonly abilities: Abilities,
    private readonly roles: Roles,
    private readonly rules: SignInRules,
    private readonly entitlements: Entitlements,
  ) {}

  onModuleInit(): void {
    const today = async (id: string) => {
      const row = await this.row(id);
      return row?.counts ? this.actor(id, row) : null;
    };
    this.callers.register((key, address) => this.find(key, address), today);
  }

  /** Whose key it is. @throws Problem 401 for what is no key that counts, 403 from elsewhere than it may be used */
  async shown(key: string, address: string): Promise<KeyShown> {
    const { id, row } = await this.judged(key, address);
    return { id, name: row.name, companyId: row.companyId, directoryId: row.directoryId };
  }

  private async judged(key: string, address: string): Promise<{ id: string; row: Row }> {
    const shown = parseKey(key);
    const row = shown && (await this.row(shown.id));
    const isRight =
      row?.counts && [row.hash, row.formerHash].some((hash) => hash !== null && isSame(hash, shown!.hash));
    if (!row || !isRight)
      throw new Problem(401, 'key-wrong', { headers: { 'WWW-Authenticate': 'Bearer error="invalid_token"' } });
    if (!isWithin(address, row.addresses) || !(await this.rules.isOpenTo('api', address)))
      throw new Problem(403, 'address-refused');
    if (row.unnoted) this.note(shown!.id);
    return { id: shown!.id, row };
  }

  /** @throws Problem, see `shown` */
  async find(key: string, address: string): Promise<Caller> {
    const { id, row } = await this.judged(key, address);
    const scopes = scopesOf(row.scopes);
    return {
      actor: await this.actor(id, row),
      keyId: id,
      scopes: new Set(scopes.map(({ name }) => name)),
      companyId: row.place?.id ?? null,
      timeZone: null,
      readsOnly: this.readsOnly(row),
    };
  }

  private readsOnly({ makerFrozen }: Row): Caller['readsOnly'] {
    if (!this.entitlements.has('api')) return 'plan';
    return makerFrozen ? 'maker' : null;
  }

  /** Nobody in person, so nothing is anybody's own: rules that speak of the reader's own id meet that of the key. */
  private async actor(id: string, row: Row): Promise<PortalActor> {
    const { name, place, scopes: names } = row;
    const scopes = scopesOf(names);
    const reads = this.readsOnly(row) !== null;
    const ofTeam = reads ? teamCapabilities.reading(teamScopesOf(scopes)) : teamScopesOf(scopes);
    const team = place ? null : { role: KEY_ROLE, scopes: ofTeam, partIds: [] };
    const admin = (await this.roles.meaning())('company_admin');
    const manages = !reads && admin.manages && scopes.some(({ people }) => people);
    const held = companyScopesOf(scopes, admin.scopes);
    const meaning = { scopes: reads ? companyCapabilities.reading(held) : held, manages };
    const grants = grantsOf({ id, team }, place ? [place] : [], () => meaning);
    return {
      ...{ kind: 'key', id: null, keyId: id, name, email: null, sessionId: null },
      ...(team ? { teamRole: KEY_ROLE, teamScopes: team.scopes } : { teamRole: null }),
      companies: place ? [{ id: place.id, name: place.name, role: 'company_admin', manages }] : [],
      companyId: place?.id ?? null,
      ability: this.abilities.of(grants),
    };
  }

  private async row(id: string): Promise<Row | undefined> {
    const [row] = await this.database.read((em) =>
      rows<Row>(
        em,
        sql`select k.name, k.hash, case when k.former_until > now() then k.former_hash end as "formerHash", to_json(k.scopes) as scopes, to_json(k.addresses) as addresses,
                   k.company_id as "companyId", k.directory_id as "directoryId",
                   k.revoked_at is null and k.expires_at > now() as counts, coalesce(m.frozen_at is not null, false) as "makerFrozen", coalesce(k.last_used_at < now() - interval '1 minute', true) as unnoted,
                   case when c.id is not null then ${placeSql(sql`'company_admin'`)} end as place
              from ${table('api_key')} k left join ${table('company')} c on c.id = k.company_id
                   left join ${table('person')} m on m.id = k.created_by_id where k.id = ${id}`,
      ),
    );
    return row;
  }

  /** At most once a minute, beside the request, and never a reason for it to fail. */
  private note(id: string): void {
    void apart(() =>
      this.database.write((em) => rows(em, sql`update ${table('api_key')} set last_used_at = now() where id = ${id}`)),
    ).catch(() => undefined);
  }
}

function isSame(a: string, b: string): boolean {
  const [one, other] = [Buffer.from(a), Buffer.from(b)];
  return one.length === other.length && timingSafeEqual(one, other);
}
