import { Injectable } from '@nestjs/common';
import { accessible, type Actor, holds, NotFound } from '@foyer/access';
import {
  ALPHABETICAL,
  condition,
  Database,
  join,
  rows,
  sql,
  type Sql,
  table,
  verbatim,
  wordsQuery,
} from '@foyer/database';
import type { CompanyRole } from './company.entity.js';
import type { PersonStatus, TeamRole } from './person.entity.js';
import type { PortalActor } from './portal-actor.js';

export interface PersonRow {
  id: string;
  name: string;
  email: string;
  phone: string | null;
  status: PersonStatus;
  teamRole: TeamRole | null;
  verified: boolean;
  /** In the team, and beyond what the plan holds. */
  frozen: boolean;
  createdAt: string;
  lastSeen: string | null;
  locale: string | null;
  timeZone: string | null;
  companies: { id: string; name: string; role: CompanyRole }[];
}
export interface PeopleFilter {
  search?: string | null;
  kind: 'customers' | 'team';
  state?: 'active' | 'unverified' | 'deactivated' | null;
  companyId?: string | null;
  after?: string | null;
  limit: number;
}
export interface MemberRow {
  id: string;
  name: string;
  email: string;
  role: CompanyRole;
  status: PersonStatus;
  since: string;
  lastSeen: string | null;
}
export interface CompanyRow {
  id: string;
  name: string;
  domain: string | null;
  members: number;
  createdAt: string;
  parentId: string | null;
  partnerIds: string[];
}

/** Reading people and companies, already limited to what the actor may see. */
@Injectable()
export class PeopleList {
  constructor(private readonly database: Database) {}

  async people(
    actor: PortalActor,
    { search, kind, state, companyId, after, limit }: PeopleFilter,
  ): Promise<{ rows: PersonRow[]; more: boolean }> {
    const where = [seenBy(actor), kind === 'team' ? sql`p.team_role is not null` : sql`p.team_role is null`];
    if (state === 'deactivated') where.push(sql`p.status = 'deactivated'`);
    if (state === 'unverified') where.push(sql`p.status <> 'deactivated' and p.email_verified_at is null`);
    if (state === 'active') where.push(sql`p.status = 'active' and p.email_verified_at is not null`);
    if (companyId)
      where.push(
        sql`exists (select from ${table('membership')} m where m.person_id = p.id and m.company_id = ${companyId})`,
      );
    if (after) where.push(sql`p.id < ${after}`);
    if (search) where.push(matches(search, 'p.words'));
    const found = await this.database.read((em) =>
      rows<PersonRow>(em, sql`${PERSON(actor)} where ${join(where, ' and ')} order by p.id desc limit ${limit + 1}`),
    );
    return { rows: found.slice(0, limit), more: found.length > limit };
  }

  async person(actor: PortalActor, id: string): Promise<PersonRow> {
    const [row] = await this.database.read((em) =>
      rows<PersonRow>(em, sql`${PERSON(actor)} where p.id = ${id} and ${seenBy(actor)}`),
    );
    if (!row) throw new NotFound();
    return row;
  }

  async companies(
    actor: PortalActor,
    { search, after, limit }: { search?: string | null; after?: string | null; limit: number },
  ): Promise<{ rows: CompanyRow[]; more: boolean }> {
    const where = [condition(accessible(actor.ability, 'read', 'Company', 'c'))];
    if (after) where.push(sql`c.id < ${after}`);
    if (search) where.push(matches(search, 'c.words'));
    const found = await this.database.read((em) =>
      rows<CompanyRow>(em, sql`${COMPANY()} where ${join(where, ' and ')} order by c.id desc limit ${limit + 1}`),
    );
    return { rows: found.slice(0, limit), more: found.length > limit };
  }

  /** Customers, companies and people of the team by a part of their name or address, in one statement. */
  byName(
    { ability }: Actor,
    words: string,
    limit: number,
  ): Promise<{ id: string; kind: 'person' | 'company' | 'team'; name: string; text: string | null }[]> {
    const team = holds(ability, 'read', 'Team') ? sql`true` : sql`false`;
    const people = condition(accessible(ability, 'read', 'Person', 'p'));
    const companies = condition(accessible(ability, 'read', 'Company', 'c'));
    return this.database.read((em) =>
      rows(
        em,
        sql`select * from (select * from (
              select p.id, 'person' as kind, p.name, p.email as text from ${table('person')} p
               where p.team_role is null and ${people} and ${matches(words, 'p.words')} limit 200) p
             union all
            select * from (
              select p.id, 'team', p.name, p.email from ${table('person')} p
               where p.team_role is not null and p.status = 'active' and ${team} and ${matches(words, 'p.words')} limit 200) t
             union all
            select * from (
              select c.id, 'company', c.name, c.domain from ${table('company')} c
               where ${companies} and ${matches(words, 'c.words')} limit 200) c) found
             order by kind, name ${ALPHABETICAL} limit ${limit}`,
      ),
    );
  }

  /** Companies to choose from. */
  companyNames(actor: PortalActor): Promise<{ value: string; label: string }[]> {
    const may = condition(accessible(actor.ability, 'read', 'Company', 'c'));
    return this.database.read((em) =>
      rows<{ value: string; label: string }>(
        em,
        sql`select c.id as value, c.name as label from ${table('company')} c where ${may} order by c.name ${ALPHABETICAL}, c.id limit 500`,
      ),
    );
  }

  async company(actor: PortalActor, id: string): Promise<CompanyRow> {
    const may = condition(accessible(actor.ability, 'read', 'Company', 'c'));
    const [row] = await this.database.read((em) =>
      rows<CompanyRow>(em, sql`${COMPANY()} where c.id = ${id} and ${may}`),
    );
    if (!row) throw new NotFound();
    return row;
  }

  /** Everybody in a company the actor may see: its admins and the team see all, other members only themselves. */
  members(actor: PortalActor, companyId: string): Promise<MemberRow[]> {
    const may = condition(accessible(actor.ability, 'read', 'Membership', 'm'));
    return this.database.read((em) =>
      rows<MemberRow>(
        em,
        sql`select p.id, p.name, p.email, m.role, p.status, m.created_at as since, ${LAST_SEEN()} as "lastSeen"
              from ${table('membership')} m join ${table('person')} p on p.id = m.person_id
             where m.company_id = ${companyId} and ${may} order by p.name ${ALPHABETICAL}, p.id limit 500`,
      ),
    );
  }
}

const LAST_SEEN = (): Sql =>
  sql`greatest(p.last_seen_at, (select max(s.last_seen_at) from ${table('session')} s where s.owner_id = p.id))`;

/** One may see them as a person, or as a member of a company. */
function seenBy({ ability }: PortalActor): Sql {
  const member = condition(accessible(ability, 'read', 'Membership', 'm'));
  const itself = condition(accessible(ability, 'read', 'Person', 'p'));
  return sql`(${itself} or exists (select from ${table('membership')} m where m.person_id = p.id and ${member}))`;
}

const PERSON = ({ ability }: PortalActor): Sql => sql`
  select p.id, p.name, p.email, p.phone, p.status, p.team_role as "teamRole", p.email_verified_at is not null as verified, p.frozen_at is not null as frozen, p.created_at as "createdAt", p.locale, p.time_zone as "timeZone", ${LAST_SEEN()} as "lastSeen",
         coalesce((select json_agg(json_build_object('id', c.id, 'name', c.name, 'role', m.role) order by c.name ${ALPHABETICAL})
                     from ${table('membership')} m join ${table('company')} c on c.id = m.company_id where m.person_id = p.id and ${condition(accessible(ability, 'read', 'Company', 'c'))}), '[]') as companies
    from ${table('person')} p`;

const COMPANY = (): Sql => sql`
  select c.id, c.name, c.domain, c.created_at as "createdAt", c.parent_id as "parentId", to_json(c.partner_ids) as "partnerIds", (select count(*)::int from ${table('membership')} m where m.company_id = c.id) as members
    from ${table('company')} c`;

/** By the beginnings of words of name, address and domain; what has no letter finds nobody. */
function matches(search: string, column: string): Sql {
  const query = wordsQuery(search);
  return query ? sql`${verbatim(column)} @@ to_tsquery('simple', ${query})` : sql`false`;
}
