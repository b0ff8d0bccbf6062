import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Abilities, type TeamGrants } from '@foyer/access';
import { hashSecret, Sessions } from '@foyer/credentials';
import { ALPHABETICAL, Database, rows, sql, type Sql, table } from '@foyer/database';
import { Slots } from '@foyer/slots';
import { initials } from '@foyer/theming';
import { type Principal, Principals } from '@foyer/web';
import { type Factor, type OpenSession, type SessionDemand, sessionDemands } from './arrival-slots.js';
import { FROZEN_ROLE, NOBODY, type PortalActor } from './portal-actor.js';
import type { TeamRole, TicketMailWish } from './person.entity.js';
import { type RoleMeaning, Roles } from './roles/roles.js';
import { grantsOf, type Place } from './roles/grants.js';
import { teamCapabilities, type TeamScope } from './roles/capabilities.js';
import { teamParts } from './identity-slots.js';
import { audienceOf, SignInRules } from './sign-in-rules.js';
import { TeamRoles } from './roles/team-roles.js';

/** What roles are to mean instead, to see what would be. */
export interface Supposed {
  place?: (place: Place, is: RoleMeaning) => RoleMeaning;
  /** What their role in the team would allow. */
  team?: Record<string, TeamScope>;
}
/** At the desk nobody is a customer: what somebody reaches there is what their role in the team says, whatever company they are in. */
export const AT_DESK: Supposed = { place: () => ({ scopes: {}, manages: false }) };
interface PersonAtWork {
  id: string;
  name: string;
  email: string;
  team_role: TeamRole | null;
  frozen: boolean;
  locale: string | null;
  time_zone: string | null;
  current_company_id: string | null;
  ticket_mails: TicketMailWish;
  places: (Place & { name: string })[];
}
interface Row extends PersonAtWork {
  session_id: string;
  last_seen_at: string;
  started_at: string;
  factor: Factor | null;
}

/** Tells who is asking on a tenant's host: one statement from session to person to companies. */
@Injectable()
export class PortalPrincipals implements OnModuleInit {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly abilities: Abilities,
    private readonly roles: Roles,
    private readonly teamRoles: TeamRoles,
    private readonly slots: Slots,
    private readonly principals: Principals,
    private readonly rules: SignInRules,
  ) {
    this.sessions = new Sessions(database);
  }

  onModuleInit(): void {
    this.principals.register('portal', (...asked) => this.find(...asked));
  }

  async find(secret: string | null, atDesk = false, from: string | null = null): Promise<Principal> {
    const row = secret ? await this.row(ofSecret(secret)) : undefined;
    if (!row) return this.guest();
    if (!(await this.rules.isOpenTo(audienceOf(row.team_role), from))) return { ...this.guest(), barred: true };
    const asked = await this.askedOf(row);
    if (asked && isOverdue(asked)) return { ...this.guest(), onward: asked.leadsTo };
    const session = { id: row.session_id, lastSeenAt: new Date(row.last_seen_at) };
    this.sessions.touch(session);
    const actor = await this.actorOf(row, row.session_id, atDesk && row.team_role !== null ? AT_DESK : {});
    return {
      actor,
      session,
      view: {
        name: row.name,
        initials: initials(row.name),
        email: row.email,
        isTeam: row.team_role !== null,
        teamRole: row.team_role,
        asked: asked && { ...asked, by: asked.by.toISOString() },
        companies: actor.companies.map(({ id, name, role }) => ({ id, name, role, current: id === actor.companyId })),
      },
      isTeam: row.team_role !== null,
      askFor: () => (row.team_role === null ? this.adminsBeside(actor) : this.thoseWhoGiveRights()),
      locale: row.locale,
      timeZone: row.time_zone,
    };
  }

  /** Those who can change roles, owners first: names that everybody in the team may know. */
  private async thoseWhoGiveRights(): Promise<string[]> {
    const roles = await this.teamRoles.thatMay('team.manage');
    const found = await this.database.read((em) =>
      rows<{ name: string }>(
        em,
        sql`select p.name from ${table('person')} p where p.status = 'active' and p.frozen_at is null and p.team_role = any(${roles}::text[])
             order by p.team_role = 'owner' desc, p.created_at limit 3`,
      ),
    );
    return found.map(({ name }) => name);
  }

  /** Of a customer's company: its admins, whom colleagues may know. */
  private async adminsBeside({ id, companyId }: PortalActor): Promise<string[]> {
    const found = await this.database.read((em) =>
      rows<{ name: string }>(
        em,
        sql`select p.name from ${table('membership')} m join ${table('person')} p on p.id = m.person_id and p.status = 'active'
             where m.company_id = ${companyId} and m.role = 'company_admin' and p.id <> ${id} order by p.created_at limit 3`,
      ),
    );
    return found.map(({ name }) => name);
  }

  /**
   * A person as verbs take them, for work that is done without their session: mails, jobs. Null when they may not act.
   */
  async person(id: string, supposed: Supposed = {}): Promise<PortalActor | null> {
    const [row] = await this.database.read((em) =>
      rows<PersonAtWork>(
        em,
        sql`select ${AT_WORK()} from ${table('person')} p where p.id = ${id} and p.status = 'active'`,
      ),
    );
    return row ? this.actorOf(row, null, supposed) : null;
  }

  /** Whether a session is still good where it is used, without keeping it awake: for what stays open beside pages. */
  async isSignedIn(sessionId: string, from: string | null): Promise<boolean> {
    const row = await this.row(sql`s.id = ${sessionId}`);
    const isHere = row !== undefined && (await this.rules.isOpenTo(audienceOf(row.team_role), from));
    if (!isHere) return false;
    const asked = await this.askedOf(row);
    return asked === null || !isOverdue(asked);
  }

  /** Whose session counts for nothing until they have done what is demanded of it. */
  async held(secret: string): Promise<PortalActor | null> {
    const row = await this.row(ofSecret(secret));
    const asked = row ? await this.askedOf(row) : null;
    return row && asked && isOverdue(asked) ? this.actorOf(row, row.session_id) : null;
  }

  /** What the rules would make of people: their places and grants. In the order of the ids; those who may not act are left out. */
  async grantees(ids: string[], supposed: Supposed = {}) {
    const found = await this.database.read((em) =>
      rows<PersonAtWork>(
        em,
        sql`select ${AT_WORK()} from ${table('person')} p where p.id = any(${ids}::uuid[]) and p.status = 'active'`,
      ),
    );
    const by = new Map(found.map((row) => [row.id, row]));
    const inOrder = ids.flatMap((id) => by.get(id) ?? []);
    return Promise.all(
      inOrder.map(async (row) => {
        const { id, name, email, locale, places, ticket_mails: ticketMails } = row;
        return { id, name, email, locale, places, ticketMails, grants: await this.grants(row, supposed) };
      }),
    );
  }

  private async grants({ id, team_role: role, frozen, places }: PersonAtWork, supposed: Supposed = {}) {
    const meaning = await this.roles.meaning();
    const team: TeamGrants | null = role === null ? null : await this.teamGrants(id, role, frozen, supposed.team);
    return grantsOf({ id, team }, places, (place) => {
      const is = meaning(place.role);
      return supposed.place ? supposed.place(place, is) : is;
    });
  }

  private async teamGrants(
    id: string,
    role: string,
    frozen: boolean,
    supposed?: Record<string, TeamScope>,
  ): Promise<TeamGrants> {
    const scopes = supposed ?? (await this.teamRoles.meaning())(role);
    const parts = await Promise.all(this.slots.of(teamParts).map((partsOf) => partsOf(id)));
    return { role, scopes: frozen ? teamCapabilities.reading(scopes) : scopes, partIds: parts.flat() };
  }

  private async row(which: Sql): Promise<Row | undefined> {
    const live = await this.rules.live();
    const [row] = await this.database.read((em) =>
      rows<Row>(
        em,
        sql`select s.id as session_id, s.last_seen_at, s.created_at as started_at, s.factor, ${AT_WORK()}
              from ${table('session')} s join ${table('person')} p on p.id = s.owner_id
             where ${which} and ${live}`,
      ),
    );
    return row;
  }

  private async actorOf(row: PersonAtWork, sessionId: string | null, supposed?: Supposed): Promise<PortalActor> {
    const { id, name, email, team_role: role, frozen, places, current_company_id: current } = row;
    const grants = await this.grants(row, supposed);
    return {
      kind: 'person',
      ...{ id, name, email, sessionId },
      ...(role !== null && frozen ? { teamRole: FROZEN_ROLE, teamScopes: scopesHeld(grants) } : { teamRole: role }),
      companies: places.map((place, index) => ({
        ...{ id: place.id, name: place.name, role: place.role },
        manages: grants.groups[index]!.manages,
        secondFactorSince: place.secondFactorSince,
      })),
      companyId: (places.find((place) => place.id === current) ?? places[0])?.id ?? null,
      ability: this.abilities.of(grants),
    };
  }

  /** What is demanded of a session soonest. */
  private async askedOf({ factor, places, ...row }: Row): Promise<SessionDemand | null> {
    const person = { id: row.id, email: row.email, teamRole: row.team_role };
    const open: OpenSession = { id: row.session_id, person, factor, startedAt: new Date(row.started_at), places };
    const demands = await Promise.all(this.slots.of(sessionDemands).map((demand) => demand(open)));
    const [soonest = null] = demands
      .filter((demand) => demand !== null)
      .sort((a, b) => a.by.getTime() - b.by.getTime());
    return soonest;
  }

  private guest(): Principal {
    const ability = this.abilities.of({ id: null, team: null, groups: [], reach: {} });
    const actor: PortalActor = { ...NOBODY, kind: 'guest', name: '', ability };
    return { actor, session: null, view: null, isTeam: false, locale: null, timeZone: null };
  }
}

const scopesHeld = ({ team }: { team: TeamGrants | null }) => (team?.scopes ?? {}) as Record<string, TeamScope>;
const ofSecret = (secret: string): Sql => sql`s.token_hash = ${hashSecret(secret)}`;
const isOverdue = ({ by }: SessionDemand): boolean => by <= new Date();

/** A person with the companies they belong to, what lies below those, and whom those work for. */
const AT_WORK = (): Sql => sql`
  p.id, p.name, p.email, p.team_role, p.frozen_at is not null as frozen, p.locale, p.time_zone, p.current_company_id, p.ticket_mails,
  coalesce((select json_agg(${placeSql(sql`m.role`)} order by c.name ${ALPHABETICAL})
              from ${table('membership')} m join ${table('company')} c on c.id = m.company_id
             where m.person_id = p.id), '[]') as places`;

/** A place with this role in the company `c`. */
export const placeSql = (role: Sql): Sql => sql`
  json_build_object('id', c.id, 'name', c.name, 'role', ${role}, 'secondFactorSince', c.second_factor_since,
    'branches', (with recursive below as (
                   select b.id from ${table('company')} b where b.parent_id = c.id
                   union select b.id from ${table('company')} b join below on b.parent_id = below.id)
                 select coalesce(json_agg(below.id), '[]') from below where below.id <> c.id),
    'clients', (select coalesce(json_agg(x.id), '[]') from ${table('company')} x where x.partner_ids @> array[c.id]))`;
