import { createHash, randomUUIDv7 } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import { hashSecret, newSecret } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import type { Claims } from './claims.js';
import type { Step } from './identities.js';
import type { Reason } from './refused.js';

const KEPT = 50;
const DAYS = 90;
/** Of what a provider sent, so much is kept to look at. */
const [MOST_ATTRIBUTES, LONGEST, MOST_VALUES] = [60, 300, 50];
const SECRET = /token|secret|password|passwd|credential|assertion|hash|^jti$|nonce|^sid$|session/i;

/** What is written down of somebody who came by a connection, or tried to. */
export interface Attempt {
  outcome: 'in' | 'refused' | 'tried';
  reason: Reason | null;
  /** Which check said no. */
  check: string | null;
  ip: string | null;
  email: string | null;
  subject: string | null;
  personId: string | null;
  /** What was done, or would be. */
  steps: Step[];
  attributes: [name: string, value: string][];
  groups: string[];
}
export type AttemptRow = Attempt & { id: string; at: string };

/**
 * Who came by a connection lately and what came with them, so that whoever sets it up sees what happens. Kept among the tokens, used up
 * from the start: it is small, short-lived, and forgotten with them.
 */
@Injectable()
export class Attempts {
  constructor(private readonly database: Database) {}

  /** @param counterpart what the connection was a connection to. @returns its id, which is the reference people are told */
  async note(connectionId: string, counterpart: string, attempt: Attempt): Promise<string> {
    const id = randomUUIDv7();
    const data = { ...attempt, counterpart: digest(counterpart) };
    await this.database.write(async (em) => {
      await rows(
        em,
        sql`insert into ${table('token')} (id, purpose, token_hash, email, subject_id, data, expires_at, used_at)
            values (${id}, 'sign-on-attempt', ${hashSecret(newSecret())}, '', ${connectionId}, ${JSON.stringify(data)}::jsonb,
                    now() + make_interval(days => ${DAYS}), now() + make_interval(days => ${DAYS})) returning id`,
      );
      await rows(
        em,
        sql`delete from ${table('token')} where purpose = 'sign-on-attempt' and subject_id = ${connectionId} and id not in (
              select id from ${table('token')} where purpose = 'sign-on-attempt' and subject_id = ${connectionId}
               order by id desc limit ${KEPT}) returning id`,
      );
    });
    return id;
  }

  /** The latest first. */
  async of(connectionId: string): Promise<AttemptRow[]> {
    const found = await this.database.read((em) =>
      rows<{ id: string; at: string; data: Attempt }>(
        em,
        sql`select id, created_at as at, data from ${table('token')}
             where purpose = 'sign-on-attempt' and subject_id = ${connectionId} order by id desc limit ${KEPT}`,
      ),
    );
    return found.map(({ id, at, data }) => ({ ...data, id, at }));
  }

  /** Whether somebody came, or could have come, by this connection as it is. */
  async hasWorked(connectionId: string, counterpart: string): Promise<boolean> {
    const found = await this.database.read((em) =>
      rows(
        em,
        sql`select 1 from ${table('token')} where purpose = 'sign-on-attempt' and subject_id = ${connectionId}
               and data->>'counterpart' = ${digest(counterpart)} and data->>'outcome' in ('in', 'tried') limit 1`,
      ),
    );
    return found.length > 0;
  }
}

/** What came, as far as it may be kept: short, few, and nothing that opens anything. */
export function shownOf({ attributes }: Claims): [name: string, value: string][] {
  return Object.entries(attributes)
    .slice(0, MOST_ATTRIBUTES)
    .map(([name, value]) => {
      const all = [value].flat().slice(0, MOST_VALUES);
      const text = all.map((each) => (typeof each === 'object' ? JSON.stringify(each) : String(each))).join(', ');
      return [name.slice(0, LONGEST), SECRET.test(name) ? '••••••' : text.slice(0, LONGEST).toWellFormed()];
    });
}

/** Without what is in it: the counterpart has sealed secrets in it. */
const digest = (counterpart: string): string => createHash('sha256').update(counterpart).digest('base64url');
