import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hashSecret, newSecret } from '@foyer/credentials';
import { apart, Database, rows, sql, table } from '@foyer/database';

const KEPT = 50;
const DAYS = 90;

/** One request of a directory, without what it said. */
export interface Noted {
  method: string;
  /** Below `/scim/v2`, with what was looked for. */
  path: string;
  status: number;
  scimType: string | null;
  /** What was told. */
  detail: string | null;
  keyName: string;
}
export type NotedRow = Noted & { id: string; at: string };

/** What a directory asked lately and what came of it, so that whoever sets it up sees what happens. Kept among the tokens, as attempts to sign in are. */
@Injectable()
export class RequestLog {
  constructor(private readonly database: Database) {}

  /** Beside the request, and never a reason for it to fail. */
  async note(directoryId: string, noted: Noted): Promise<void> {
    const write = () =>
      this.database.write(async (em) => {
        const id = randomUUIDv7();
        await rows(
          em,
          sql`insert into ${table('token')} (id, purpose, token_hash, email, subject_id, data, expires_at, used_at)
              values (${id}, 'provisioning-request', ${hashSecret(newSecret())}, '', ${directoryId}, ${JSON.stringify(noted)}::jsonb,
                      now() + make_interval(days => ${DAYS}), now() + make_interval(days => ${DAYS})) returning id`,
        );
        await rows(
          em,
          sql`delete from ${table('token')} where purpose = 'provisioning-request' and subject_id = ${directoryId} and id < (
                select min(id::text)::uuid from (select id from ${table('token')}
                 where purpose = 'provisioning-request' and subject_id = ${directoryId} order by id desc limit ${KEPT}) latest) returning id`,
        );
      });
    await apart(write).catch(() => undefined);
  }

  /** The latest first. */
  async of(directoryId: string): Promise<NotedRow[]> {
    const found = await this.database.read((em) =>
      rows<{ id: string; at: string; data: Noted }>(
        em,
        sql`select id, created_at as at, data from ${table('token')}
             where purpose = 'provisioning-request' and subject_id = ${directoryId} order by id desc limit ${KEPT}`,
      ),
    );
    return found.map(({ id, at, data }) => ({ ...data, id, at }));
  }
}
