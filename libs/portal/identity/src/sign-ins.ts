import { randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { Device } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { isAlike } from './where-from.js';
import type { Factor, Way } from './arrival-slots.js';

const KEPT_DAYS = 90;
const SHOWN = 30;

/** They were let in; the password was wrong; what they showed beside it was. */
export type SignInOutcome = 'in' | 'refused' | 'factor-refused';
export interface SignInRow extends Device {
  at: string;
  outcome: SignInOutcome;
  way: Way;
  factor: Factor | null;
}

/** Who signed in or tried to, by what, when and where from: kept for ninety days, for the person and for whoever manages people. */
@Injectable()
export class SignIns {
  constructor(private readonly database: Database) {}

  async note(
    personId: string,
    outcome: SignInOutcome,
    { way, factor, ip, userAgent }: Device & { way: Way; factor: Factor | null },
  ): Promise<void> {
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('sign_in')} (id, person_id, outcome, way, factor, ip, user_agent)
            values (${randomUUIDv7()}, ${personId}, ${outcome}, ${way}, ${factor}, ${ip}, ${userAgent?.slice(0, 300) ?? null})`,
      ),
    );
  }

  /** A wrong password for an address. Of one that nobody has nothing is kept, in the same step. */
  async noteRefused(email: string, { ip, userAgent }: Device): Promise<void> {
    await this.database.write((em) =>
      rows(
        em,
        sql`insert into ${table('sign_in')} (id, person_id, outcome, way, ip, user_agent)
            select ${randomUUIDv7()}::uuid, p.id, 'refused', 'password', ${ip}, ${userAgent?.slice(0, 300) ?? null}
              from ${table('person')} p where lower(p.email) = lower(${email})`,
      ),
    );
  }

  /** The latest first. */
  of(personId: string): Promise<SignInRow[]> {
    return this.database.read((em) =>
      rows<SignInRow>(
        em,
        sql`select at, outcome, way, factor, ip, user_agent as "userAgent" from ${table('sign_in')}
             where person_id = ${personId} and at > now() - ${KEPT_DAYS} * interval '1 day' order by at desc limit ${SHOWN}`,
      ),
    );
  }

  /** By what they came in last. */
  async lastWay(personId: string): Promise<Way> {
    const [last] = await this.database.read((em) =>
      rows<{ way: Way }>(
        em,
        sql`select way from ${table('sign_in')} where person_id = ${personId} and outcome = 'in' order by at desc limit 1`,
      ),
    );
    return last?.way ?? 'password';
  }

  /** Whether they have come from such a device before, from the same country. */
  async hasSeen(personId: string, device: Device): Promise<boolean> {
    const before = await this.database.read((em) =>
      rows<Device>(
        em,
        sql`select distinct ip, user_agent as "userAgent" from ${table('sign_in')}
             where person_id = ${personId} and outcome = 'in' and at > now() - ${KEPT_DAYS} * interval '1 day' limit 200`,
      ),
    );
    return before.some((one) => isAlike(one, device));
  }

  async sweep(): Promise<void> {
    await this.database.write((em) =>
      rows(em, sql`delete from ${table('sign_in')} where at < now() - ${KEPT_DAYS} * interval '1 day'`),
    );
  }
}
