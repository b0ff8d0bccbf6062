import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { currentTenant } from '@foyer/tenancy';
import type { Claims } from './claims.js';

/** Sessions of one subject at its provider, the latest last. */
const MOST_SIDS = 20;

interface Kept {
  /** Sealed. */
  refresh?: string;
  /** Sealed: names the session to the provider when somebody signs out there too. */
  idToken?: string;
  sids?: string[];
  /** What the groups gave them last; null: nothing. */
  role?: string | null;
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

  /** Those of a provider's session. */
  async ofSid(connectionId: string, sid: string): Promise<Link[]> {
    return this.database.read((em) =>
      rows<Link>(
        em,
        sql`select ${COLUMNS} from ${table('identity_link')}
             where connection_id = ${connectionId} and data->'sids' @> ${JSON.stringify([sid])}::jsonb`,
      ),
    );
  }

  /** In the write that lets them in. A subject that is somebody's stays theirs. */
  async keep(
    connectionId: string,
    { subject, kept }: Claims,
    personId: string,
    before: Link | null,
    role: string | null | undefined,
  ): Promise<void> {
    const sids = [...(before?.data.sids ?? []).filter((sid) => sid !== kept?.sid), kept?.sid].filter((sid) => sid);
    const data = {
      ...before?.data,
      ...(kept?.refresh && { refresh: this.sealed(kept.refresh) }),
      ...(kept?.idToken && { idToken: this.sealed(kept.idToken) }),
      ...(role !== undefined && { role }),
      ...(sids.length > 0 && { sids: sids.slice(-MOST_SIDS) }),
    };
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('identity_link')} (id, connection_id, subject, person_id, data)
            values (${randomUUIDv7()}, ${connectionId}, ${subject}, ${personId}, ${JSON.stringify(data)}::jsonb)
            on conflict (connection_id, subject) do update set data = excluded.data, last_used = now() returning id`,
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
  async refreshed({ id, data }: Link, refresh: string | null): Promise<void> {
    const { refresh: _, ...others } = data;
    const kept = { ...others, ...(refresh !== null && { refresh: this.sealed(refresh) }) };
    await this.database.write((em) =>
      rows(
        em,
        sql`update ${table('identity_link')} set data = ${JSON.stringify(kept)}::jsonb where id = ${id} returning id`,
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
