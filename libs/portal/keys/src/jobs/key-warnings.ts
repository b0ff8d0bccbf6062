import { Injectable, type OnModuleInit } from '@nestjs/common';
import { ALPHABETICAL, Database, rows, sql, table } from '@foyer/database';
import { SetupTeam } from '@foyer/identity';
import { type Notice, Notices, type Reader } from '@foyer/notify';
import { currentTenant } from '@foyer/tenancy';
import { Maintenance } from '@foyer/tenants';

/** How many days before its end people hear of a key. */
export const WARNED_DAYS = [30, 7, 1] as const;

interface Ending {
  id: string;
  name: string;
  expiresAt: string;
}

/**
 * Tells those who manage keys which ones end soon. All of a day are one mail, and the day is its name: however often the
 * maintenance looks in, it is sent once. A key that was made for no longer than that is not news on its first day.
 */
@Injectable()
export class KeyWarnings implements OnModuleInit {
  private readonly ending: Notice<{ keyIds: string }, Ending[]>;

  constructor(
    private readonly database: Database,
    private readonly maintenance: Maintenance,
    private readonly team: SetupTeam,
    private readonly port: Notices,
  ) {
    this.ending = port.declare({
      ...{ name: 'keys.ending', template: 'keys/email/ending', class: 'service' },
      mayKnow: (readers, { keyIds }) => this.mayKnow(readers, keyIds.split(',')),
      letter: (_, keys) => ({ data: { keys, count: keys.length, url: `${currentTenant().origin}${PAGE}` } }),
    });
  }

  onModuleInit(): void {
    this.maintenance.register('keys.warnings', () => this.warn());
  }

  async warn(): Promise<void> {
    const today = new Date().toISOString().slice(0, 10);
    const keys = await this.database.read((em) =>
      rows<Ending>(
        em,
        sql`select id, name, expires_at as "expiresAt" from ${table('api_key')}
             where revoked_at is null and expires_at > now() and (created_at at time zone 'UTC')::date < ${today}::date
               and (expires_at at time zone 'UTC')::date - ${today}::date = any(${[...WARNED_DAYS]}::int[])
             order by expires_at, name ${ALPHABETICAL}`,
      ),
    );
    if (keys.length === 0) return;
    const keyIds = keys.map(({ id }) => id).join(',');
    await this.port.notify(this.ending, { keyIds }, { id: today, to: await this.team.all(), facts: keys });
  }

  /** As long as they manage keys, and one of these still counts. */
  private async mayKnow(readers: Reader[], keyIds: string[]): Promise<Reader[]> {
    const counting = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('api_key')} where id = any(${keyIds}::uuid[]) and revoked_at is null and expires_at > now() limit 1`,
      ),
    );
    if (counting.length === 0) return [];
    return this.team.among(readers);
  }
}

const PAGE = '/console/settings/api-keys';
