import { Injectable, type OnModuleInit } from '@nestjs/common';
import { type Actor, abilityOf } from '@foyer/access';
import { hashSecret, SESSION_LIMITS, Sessions } from '@foyer/credentials';
import { PlatformDatabase, rows, sql } from '@foyer/database';
import { initials } from '@foyer/theming';
import { type Principal, Principals } from '@foyer/web';
import type { StaffRole } from './staff.entity.js';
import { staffAbility } from './staff.rules.js';

export interface StaffActor extends Actor {
  role: StaffRole | null;
  sessionId: string | null;
}
interface Row {
  session_id: string;
  last_seen_at: string;
  id: string;
  name: string;
  email: string;
  role: StaffRole;
}

/** Tells who is asking on the staff's host. The sign-up site knows nobody: everyone is a guest there. */
@Injectable()
export class StaffPrincipals implements OnModuleInit {
  private readonly sessions: Sessions;

  constructor(
    private readonly platform: PlatformDatabase,
    private readonly principals: Principals,
  ) {
    this.sessions = new Sessions(platform);
  }

  onModuleInit(): void {
    this.principals.register('admin', (secret) => this.find(secret));
    this.principals.register('site', () => Promise.resolve(guest()));
  }

  async find(secret: string | null): Promise<Principal> {
    if (!secret) return guest();
    const idleSince = new Date(Date.now() - SESSION_LIMITS.idleMs);
    const [row] = await this.platform.read((em) =>
      rows<Row>(
        em,
        sql`select s.id as session_id, s.last_seen_at, m.id, m.name, m.email, m.role
              from platform.session s join platform.staff m on m.id = s.owner_id
             where s.token_hash = ${hashSecret(secret)} and s.expires_at > now() and s.last_seen_at > ${idleSince} and m.status = 'active'`,
      ),
    );
    if (!row) return guest();
    const session = { id: row.session_id, lastSeenAt: new Date(row.last_seen_at) };
    this.sessions.touch(session);
    const { id, name, email, role } = row;
    const actor: StaffActor = { kind: 'staff', id, name, role, sessionId: session.id, ability: staffAbility(role) };
    return {
      actor,
      session,
      view: { name, initials: initials(name), email, role, isTeam: false },
      isTeam: false,
      locale: null,
      timeZone: null,
    };
  }
}

function guest(): Principal {
  const actor: StaffActor = {
    kind: 'guest',
    id: null,
    name: '',
    role: null,
    sessionId: null,
    ability: abilityOf(() => undefined),
  };
  return { actor, session: null, view: null, isTeam: false, locale: null, timeZone: null };
}
