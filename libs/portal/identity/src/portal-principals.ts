import { Injectable, type OnModuleInit } from '@nestjs/common';
import { Abilities, type Actor } from '@foyer/access';
import { hashSecret, SESSION_LIMITS, Sessions } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { initials } from '@foyer/theming';
import { type Principal, Principals } from '@foyer/web';
import type { CompanyRole } from './company.entity.js';
import type { TeamRole } from './person.entity.js';

/** A tenant's person (or guest) at work: what verbs of the portal's modules take. */
export interface PortalActor extends Actor {
  email: string | null;
  teamRole: TeamRole | null;
  companies: { id: string; name: string; role: CompanyRole }[];
  sessionId: string | null;
}

interface Row {
  session_id: string;
  last_seen_at: string;
  id: string;
  name: string;
  email: string;
  team_role: TeamRole | null;
  locale: string | null;
  time_zone: string | null;
  companies: PortalActor['companies'];
}

/** Tells who is asking on a tenant's host: one statement from session to person to companies. */
@Injectable()
export class PortalPrincipals implements OnModuleInit {
  private readonly sessions: Sessions;

  constructor(
    private readonly database: Database,
    private readonly abilities: Abilities,
    private readonly principals: Principals,
  ) {
    this.sessions = new Sessions(database);
  }

  onModuleInit(): void {
    this.principals.register('portal', (secret) => this.find(secret));
  }

  async find(secret: string | null): Promise<Principal> {
    const row = secret ? await this.row(secret) : undefined;
    if (!row) return this.guest();
    const session = { id: row.session_id, lastSeenAt: new Date(row.last_seen_at) };
    this.sessions.touch(session);
    return {
      actor: this.actor(row),
      session,
      view: {
        name: row.name,
        initials: initials(row.name),
        email: row.email,
        isTeam: row.team_role !== null,
        teamRole: row.team_role,
        companies: row.companies,
      },
      isTeam: row.team_role !== null,
      locale: row.locale,
      timeZone: row.time_zone,
    };
  }

  private async row(secret: string): Promise<Row | undefined> {
    const idleSince = new Date(Date.now() - SESSION_LIMITS.idleMs);
    const [row] = await this.database.read((em) =>
      rows<Row>(
        em,
        sql`select s.id as session_id, s.last_seen_at, p.id, p.name, p.email, p.team_role, p.locale, p.time_zone,
                   coalesce((select json_agg(json_build_object('id', c.id, 'name', c.name, 'role', m.role) order by c.name)
                               from ${table('membership')} m join ${table('company')} c on c.id = m.company_id
                              where m.person_id = p.id), '[]') as companies
              from ${table('session')} s join ${table('person')} p on p.id = s.owner_id
             where s.token_hash = ${hashSecret(secret)} and s.expires_at > now() and s.last_seen_at > ${idleSince}
               and p.status = 'active'`,
      ),
    );
    return row;
  }

  private actor({ id, name, email, team_role: teamRole, companies, session_id: sessionId }: Row): PortalActor {
    return {
      kind: 'person',
      id,
      name,
      email,
      teamRole,
      companies,
      sessionId,
      ability: this.abilities.of({ id, teamRole, groups: companies }),
    };
  }

  private guest(): Principal {
    const ability = this.abilities.of({ id: null, teamRole: null, groups: [] });
    const actor: PortalActor = {
      kind: 'guest',
      id: null,
      name: '',
      email: null,
      teamRole: null,
      companies: [],
      sessionId: null,
      ability,
    };
    return { actor, session: null, view: null, isTeam: false, locale: null, timeZone: null };
  }
}
