import { Injectable } from '@nestjs/common';
import { currentTenantOrNull } from '@foyer/tenancy';
import { Database, PlatformDatabase } from '@foyer/database';
import { currentCause, type Doer } from './cause.js';
import { contractOf, type EventClass, eventName } from './domain-event.js';
import { Signals } from './signals.js';

/** The signal by which a commit wakes the relay. */
export const OUTBOX = 'outbox';

/** Where verbs put their events: in the same transaction as what they changed, so that neither exists without the other. */
@Injectable()
export class Outbox {
  constructor(
    private readonly database: Database,
    private readonly platform: PlatformDatabase,
    private readonly signals: Signals,
  ) {}

  /**
   * Publishes from inside a `write`, stamped with who set it off: `by`, or whoever asks. The database itself notes which tenant's role
   * wrote the line. With `afterSeconds` the event waits that long before it is carried: work that must be tried again much later
   * keeps no job busy meanwhile.
   */
  async publish(event: object, { by, afterSeconds = 0 }: { by?: Doer; afterSeconds?: number } = {}): Promise<void> {
    const database = currentTenantOrNull() ? this.database : this.platform;
    const { name, version } = contractOf(event.constructor);
    const cause = currentCause();
    // A key acts as nobody in person; who asks knows which one it is.
    const actor = by && by.kind !== 'key' ? { kind: by.kind, id: by.id, name: by.name } : cause.actor;
    await database.write(async (em) => {
      await em.execute(
        `insert into platform.outbox (name, version, payload, cause, available_at) values (?, ?, ?, ?, now() + ? * interval '1 second')`,
        [name, version, JSON.stringify(event), JSON.stringify({ ...cause, actor }), afterSeconds],
        'run',
      );
      await this.signals.send(em, OUTBOX);
    });
  }

  /** From inside a write of the platform: tells a tenant, as if the tenant itself had said it. */
  async tell({ schema }: { schema: string }, event: object): Promise<void> {
    const { name, version } = contractOf(event.constructor);
    await this.platform.write(async (em) => {
      await em.execute(
        'insert into platform.outbox (realm, name, version, payload, cause) values (?, ?, ?, ?, ?)',
        [schema, name, version, JSON.stringify(event), JSON.stringify(currentCause())],
        'run',
      );
      await this.signals.send(em, OUTBOX);
    });
  }

  /** What waits for later is due now, in every tenant: what it waited for is back. */
  async hurry(event: EventClass): Promise<void> {
    await this.platform.write(async (em) => {
      await em.execute(
        'update platform.outbox set available_at = now() where name = ? and relayed_at is null and available_at > now()',
        [eventName(event)],
        'run',
      );
      await this.signals.send(em, OUTBOX);
    });
  }
}
