import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { seal, sign, unseal } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import type { ConnectionSession, SessionBegun } from '@foyer/identity';
import { currentTenant } from '@foyer/tenancy';
import type { Claims } from './claims.js';

/** Of one subject, the latest last; what has ended is not among them. */
const MOST_SESSIONS = 100;

interface Kept {
  /** Sealed. */
  refresh?: string;
  /** Sealed: names the session to the provider when somebody signs out there too. */
  idToken?: string;
  /** Those that the connection has vouched for: ours, and by what it knows each. */
  sessions?: LinkedSession[];
  /** What the groups gave them last; null: nothing. */
  role?: string | null;
}
export interface LinkedSession extends ConnectionSession {
  id: string;
}
export interface Link {
  id: string;
  connectionId: string;
  subject: string;
  personId: string;
  data: Kept;
  lastUsed: string;
}
const COLUMNS = sql`id, connection_id as "connectionId", subject, person_id as "personId", data, last_used as "lastUsed"`;

/** Who somebody is to a connection: its provider's word for them, and the person they are here. */
@Injectable()
export class IdentityLinks {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
  ) {}

  async find(connectionId: string, subject: string): Promise<Link | null> {
    const [found] = await this.database.read((em) =>
      rows<Link>(
        em,
        sql`select ${COLUMNS} from ${table('identity_link')} where connection_id = ${connectionId} and subject = ${subject}`,
      ),
    );
    return found ?? null;
  }

  async ofPerson(personId: string): Promise<Link[]> {
    return this.database.read((em) =>
      rows<Link>(
        em,
        sql`select ${COLUMNS} from ${table('identity_link')} where person_id = ${personId} order by last_used desc`,
      ),
    );
  }

  /** Those with a session that the provider knows by this. */
  async ofSession(connectionId: string, known: ConnectionSession): Promise<Link[]> {
    return this.database.read((em) =>
      rows<Link>(
        em,
        sql`select ${COLUMNS} from ${table('identity_link')}
             where connection_id = ${connectionId} and data->'sessions' @> ${JSON.stringify([known])}::jsonb limit 100`,
      ),
    );
  }

  /** In the write in which it begins. What has ended since is forgotten, so that there is room. */
  async began({ personId, sessionId, ...after }: SessionBegun): Promise<void> {
    const former = 'former' in after ? after.former : null;
    const made = JSON.stringify([{ ...('former' in after ? {} : after.connectionSession), id: sessionId }]);
    const where =
      'former' in after
        ? sql`data->'sessions' @> ${JSON.stringify([{ id: former }])}::jsonb`
        : sql`connection_id = ${after.connectionId}`;
    // What one takes over from another is how it is known.
    const renamed = sql`jsonb_agg(case when s->>'id' = ${former} then s || jsonb_build_object('id', ${sessionId}::text) else s end)`;
    const living = sql`(select jsonb_agg(s order by at) from (
        select s, at from jsonb_array_elements(data->'sessions') with ordinality as all_of (s, at)
         where exists (select from ${table('session')} x where x.id::text = s->>'id') order by at desc limit ${MOST_SESSIONS - 1}) kept)`;
    const sessions = former
      ? sql`(select ${renamed} from jsonb_array_elements(data->'sessions') s)`
      : sql`coalesce(${living}, '[]'::jsonb) || ${made}::jsonb`;
    await this.database.write((em) =>
      rows(
        em,
        sql`update ${table('identity_link')} set data = data || jsonb_build_object('sessions', ${sessions})
             where person_id = ${personId} and ${where} returning id`,
      ),
    );
  }

  /** What a provider calls somebody, as far as it has to be known again. */
  hashed(connectionId: string, name: string): string {
    return sign(this.config.secretKey, purpose(), `${connectionId} ${name}`);
  }

  /** In the write that lets them in. A subject that is somebody's stays theirs. */
  async keep(
    connectionId: string,
    { subject, kept }: Claims,
    personId: string,
    before: Link | null,
    role: string | null | undefined,
  ): Promise<void> {
    const data = {
      ...(before === null && { sessions: [] }),
      ...(kept?.refresh && { refresh: this.sealed(kept.refresh) }),
      ...(kept?.idToken && { idToken: this.sealed(kept.idToken) }),
      ...(role !== undefined && { role }),
    };
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('identity_link')} as l (id, connection_id, subject, person_id, data)
            values (${randomUUIDv7()}, ${connectionId}, ${subject}, ${personId}, ${JSON.stringify(data)}::jsonb)
            on conflict (connection_id, subject) do update set data = l.data || excluded.data, last_used = now() returning id`,
      ),
    );
  }

  /** Of people who are signed in, those that can be asked for again. */
  async withSessions(): Promise<Link[]> {
    return this.database.read((em) =>
      rows<Link>(
        em,
        sql`select ${COLUMNS} from ${table('identity_link')} l
             where data->>'refresh' is not null
               and exists (select from ${table('session')} s where s.owner_id = l.person_id and s.expires_at > now())
             order by last_used desc limit 2000`,
      ),
    );
  }

  /** Of those who are signed in, whoever came by this connection once. */
  async signedInBy(connectionId: string): Promise<Link[]> {
    return this.database.read((em) =>
      rows<Link>(
        em,
        sql`select ${COLUMNS} from ${table('identity_link')} l
             where connection_id = ${connectionId}
               and exists (select from ${table('session')} s where s.owner_id = l.person_id and s.expires_at > now())
             order by last_used desc limit 2000`,
      ),
    );
  }

  /** Null: it is worth nothing any more. */
  async refreshed({ id }: Link, refresh: string | null): Promise<void> {
    const kept = refresh === null ? {} : { refresh: this.sealed(refresh) };
    await this.database.write((em) =>
      rows(
        em,
        sql`update ${table('identity_link')} set data = (data - 'refresh') || ${JSON.stringify(kept)}::jsonb where id = ${id} returning id`,
      ),
    );
  }

  async forget(id: string): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`delete from ${table('identity_link')} where id = ${id} returning id`),
    );
  }

  opened(sealed: string | undefined): string | null {
    return sealed === undefined ? null : unseal(this.config.secretKey, purpose(), sealed);
  }

  private sealed(secret: string): string {
    return seal(this.config.secretKey, purpose(), secret);
  }
}

const purpose = () => `identity link ${currentTenant().id}`;
