import { randomUUIDv7 } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { Conflict, InvalidField, NotFound } from '@foyer/access';
import { type Config, CONFIG } from '@foyer/config';
import { seal, unseal } from '@foyer/credentials';
import { Database, rows, sql, table } from '@foyer/database';
import { Outbox } from '@foyer/events';
import type { Factor, Person } from '@foyer/identity';
import { Slots } from '@foyer/slots';
import { currentTenant } from '@foyer/tenancy';
import { asWritten, stepOf } from './app-codes.js';
import { CodeGuesses } from './code-guesses.js';
import { FactorAdded, FactorRefused, FactorRemoved, RecoveryCodesMade, RecoveryCodeUsed } from './factor.events.js';
import { factorNeeded } from './needed.js';
import { newRecoveryCodes, parseRecoveryCode, recoveryHash } from './recovery-codes.js';

const MOST = 20;

/** What somebody has beside their password. */
export interface HeldFactor {
  id: string;
  kind: 'app' | 'passkey';
  label: string;
  createdAt: string;
  lastUsedAt: string | null;
}
interface NewPasskey {
  id: string;
  label: string;
  handle: string;
  data: object;
  counter: number;
}
type Who = Pick<Person, 'id' | 'name'>;
const doneBy = ({ id, name }: Who) => ({ by: { kind: 'person' as const, id, name } });

/** The second factors of people: apps that show codes, recovery codes, passkeys. The only reader and writer of them. */
@Injectable()
export class Factors {
  constructor(
    @Inject(CONFIG) private readonly config: Config,
    private readonly database: Database,
    private readonly outbox: Outbox,
    private readonly guesses: CodeGuesses,
    private readonly slots: Slots,
  ) {}

  of(personId: string): Promise<HeldFactor[]> {
    return this.database.read((em) =>
      rows<HeldFactor>(
        em,
        sql`select id, kind, label, created_at as "createdAt", last_used_at as "lastUsedAt" from ${table('credential')}
             where person_id = ${personId} and kind <> 'recovery' order by created_at`,
      ),
    );
  }

  async has(personId: string): Promise<boolean> {
    return (await this.of(personId)).length > 0;
  }

  /** How many recovery codes are left; null who was never given any. */
  async codesLeft(personId: string): Promise<number | null> {
    const [found] = await this.database.read((em) =>
      rows<{ left: number }>(
        em,
        sql`select jsonb_array_length(data->'hashes') as left from ${table('credential')} where person_id = ${personId} and kind = 'recovery'`,
      ),
    );
    return found?.left ?? null;
  }

  /**
   * An app becomes somebody's second factor, once it shows what it should.
   * @param code what the app shows now; it is used up by that
   * @param secret null where the page was not theirs
   * @returns recovery codes to be shown this once, for whoever has none yet
   */
  async addApp(who: Who, secret: string | null, code: string, label: string): Promise<string[] | null> {
    const step = secret && stepOf(secret, asWritten(code));
    if (!secret || !step) throw new InvalidField('code', 'factors.code.wrong');
    return this.database.write(async (em) => {
      await this.inTurn(who.id);
      const id = randomUUIDv7();
      const data = JSON.stringify({ secret: seal(this.config.secretKey, appPurpose(id), secret) });
      await this.mustHaveRoom(who.id);
      await rows(
        em,
        sql`insert into ${table('credential')} (id, person_id, kind, label, data, counter)
            values (${id}, ${who.id}, 'app', ${label}, ${data}::jsonb, ${step})`,
      );
      await this.outbox.publish(new FactorAdded(who.id, id, 'app'), doneBy(who));
      return this.firstCodes(who);
    });
  }

  /** A passkey that has shown what it should: `Passkeys`. */
  addPasskey(who: Who, { id, label, handle, data, counter }: NewPasskey): Promise<string[] | null> {
    return this.database.write(async (em) => {
      await this.inTurn(who.id);
      await this.mustHaveRoom(who.id);
      const added = await rows(
        em,
        sql`insert into ${table('credential')} (id, person_id, kind, label, handle, data, counter)
            values (${id}, ${who.id}, 'passkey', ${label}, ${handle}, ${JSON.stringify(data)}::jsonb, ${counter})
            on conflict (handle) where handle is not null do nothing returning id`,
      );
      if (added.length === 0) throw new InvalidField('', 'factors.passkey.wrong');
      await this.outbox.publish(new FactorAdded(who.id, id, 'passkey'), doneBy(who));
      return this.firstCodes(who);
    });
  }

  /** The same for somebody who is not in yet: only as long as they have nothing that they would have to show. @throws Conflict */
  addFirstApp(who: Who, secret: string | null, code: string, label: string): Promise<string[]> {
    return this.database.write(async () => {
      await this.mustBeFirst(who.id);
      return (await this.addApp(who, secret, code, label)) ?? this.makeCodes(who);
    });
  }

  /** In the write that adds one for somebody who is not in yet. @throws Conflict when there is something that they would have to show */
  async mustBeFirst(personId: string): Promise<void> {
    await this.inTurn(personId);
    if (await this.has(personId)) throw new Conflict('factors.code.anew');
  }

  async rename(personId: string, id: string, label: string): Promise<void> {
    const renamed = await this.database.write((em) =>
      rows(
        em,
        sql`update ${table('credential')} set label = ${label} where id = ${id} and person_id = ${personId} and kind <> 'recovery' returning id`,
      ),
    );
    if (renamed.length === 0) throw new NotFound();
  }

  /** With the last one recovery codes go as well: they stand for what is lost. */
  async remove(who: Who, id: string): Promise<void> {
    await this.database.write(async (em) => {
      await this.inTurn(who.id);
      const [removed] = await rows<{ kind: 'app' | 'passkey' }>(
        em,
        sql`delete from ${table('credential')} where id = ${id} and person_id = ${who.id} and kind <> 'recovery' returning kind`,
      );
      if (!removed) throw new NotFound();
      if (!(await this.has(who.id))) {
        const why = await this.whyNeeded(who.id);
        if (why !== null) throw new Conflict(why);
        await rows(em, this.withoutCodes(who.id));
      }
      await this.outbox.publish(new FactorRemoved(who.id, id, removed.kind), doneBy(who));
    });
  }

  /** Why somebody cannot be without one, whatever is demanded of their role; null: they can. */
  async whyNeeded(personId: string): Promise<string | null> {
    for (const why of this.slots.of(factorNeeded)) {
      const message = await why(personId);
      if (message !== null) return message;
    }
    return null;
  }

  /** In the transaction of a verb that has judged it. */
  async removeAll(personId: string): Promise<void> {
    await this.database.write((em) => rows(em, sql`delete from ${table('credential')} where person_id = ${personId}`));
  }

  /** Ten new recovery codes, shown this once; those before are worth nothing. @throws Conflict without a factor that they stand for */
  async makeCodes(who: Who): Promise<string[]> {
    return this.database.write(async (em) => {
      await this.inTurn(who.id);
      if (!(await this.has(who.id))) throw new Conflict('factors.codes.nothing-lost');
      const codes = newRecoveryCodes();
      const hashes = codes.map((code) => recoveryHash(this.config.secretKey, whose(who.id), code));
      const replaced = (await this.codesLeft(who.id)) !== null;
      await rows(em, this.withoutCodes(who.id));
      await rows(
        em,
        sql`insert into ${table('credential')} (id, person_id, kind, data)
            values (${randomUUIDv7()}, ${who.id}, 'recovery', ${JSON.stringify({ hashes })}::jsonb)`,
      );
      await this.outbox.publish(new RecoveryCodesMade(who.id, new Date().toISOString(), replaced), doneBy(who));
      return codes;
    });
  }

  /**
   * Takes what somebody shows who is on their way in: a code of an app or a recovery code, each once, also when it comes twice at the
   * same moment.
   * @throws InvalidField for a wrong one or one that was used, TooMany
   */
  async take(who: Who, typed: string, from: { ip: string; known: boolean }): Promise<Factor> {
    const code = asWritten(typed);
    const recovery = /^\d{6}$/.test(code) ? null : parseRecoveryCode(code);
    const judge = () => (recovery ? this.takeRecovery(who, recovery) : this.takeOfApp(who.id, code));
    const taken = await this.guesses.judged({ personId: who.id, ...from, recovery: recovery !== null }, judge);
    if (taken) return taken;
    await this.outbox.publish(new FactorRefused(who.id, from.ip));
    throw new InvalidField('code', 'factors.code.wrong');
  }

  private async takeOfApp(personId: string, code: string): Promise<Factor | null> {
    return this.database.write(async (em) => {
      const apps = await rows<{ id: string; secret: string }>(
        em,
        sql`select id, data->>'secret' as secret from ${table('credential')} where person_id = ${personId} and kind = 'app'`,
      );
      for (const { id, secret: sealed } of apps) {
        const secret = unseal(this.config.secretKey, appPurpose(id), sealed);
        const step = secret && stepOf(secret, code);
        if (step === null) continue;
        // Of two that show it at once, one is first: the other finds the counter there already.
        const taken = await rows(
          em,
          sql`update ${table('credential')} set counter = ${step}, last_used_at = now() where id = ${id} and counter < ${step} returning id`,
        );
        if (taken.length > 0) return 'app';
      }
      return null;
    });
  }

  private async takeRecovery(who: Who, code: string): Promise<Factor | null> {
    const hash = recoveryHash(this.config.secretKey, whose(who.id), code);
    return this.database.write(async (em) => {
      const [taken] = await rows<{ left: number }>(
        em,
        sql`update ${table('credential')} set data = jsonb_set(data, '{hashes}', (data->'hashes') - ${hash}::text), last_used_at = now()
             where person_id = ${who.id} and kind = 'recovery' and data->'hashes' @> to_jsonb(${hash}::text)
            returning jsonb_array_length(data->'hashes') as left`,
      );
      if (!taken) return null;
      await this.outbox.publish(new RecoveryCodeUsed(who.id, taken.left, new Date().toISOString()), doneBy(who));
      return 'recovery';
    });
  }

  private async firstCodes(who: Who): Promise<string[] | null> {
    return (await this.codesLeft(who.id)) === null ? this.makeCodes(who) : null;
  }

  private async mustHaveRoom(personId: string): Promise<void> {
    if ((await this.of(personId)).length >= MOST) throw new Conflict('factors.too-many', { max: MOST });
  }

  private inTurn(personId: string): Promise<void> {
    return this.database.inTurn(`factors ${personId}`);
  }

  private withoutCodes(personId: string) {
    return sql`delete from ${table('credential')} where person_id = ${personId} and kind = 'recovery'`;
  }
}

const appPurpose = (id: string): string => `app codes ${currentTenant().id} ${id}`;
const whose = (personId: string): string => `${currentTenant().id} ${personId}`;
