import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { PlatformDatabase } from '@foyer/database';
import { OUTBOX } from './outbox.js';
import { Queues } from './queue.js';
import { Signals } from './signals.js';
import { Subscribers } from './subscribers.js';

const BATCH = 200;
const POLL_MS = 1000;

interface Line {
  id: string;
  realm: string;
  name: string;
  payload: object;
}

/**
 * Carries events from the outbox to the queue: one job per subscriber, whose id is made of the event's id and the
 * subscriber's name, so that carrying a line twice (a crash between the two stores) makes one job. Lines of tenants that
 * are not operating stay where they are until the tenant is back.
 */
@Injectable()
export class Relay implements OnApplicationShutdown {
  private readonly log = new Logger('Relay');
  private timer: NodeJS.Timeout | undefined;
  private running: Promise<void> = Promise.resolve();
  private stopped = false;

  constructor(
    private readonly platform: PlatformDatabase,
    private readonly queues: Queues,
    private readonly subscribers: Subscribers,
    private readonly signals: Signals,
  ) {}

  /** Carries on every signal, and every second for those that got lost. */
  start(): void {
    this.signals.on(OUTBOX, () => this.wake());
    this.timer = setInterval(() => this.wake(), POLL_MS);
    this.wake();
  }

  /** Carries what is there now. Returns how many lines it carried. */
  async carry(): Promise<number> {
    return this.platform.write(async (em) => {
      const lines = await em.execute<Line[]>(
        `select o.id, o.realm, o.name, o.payload
           from platform.outbox o left join platform.tenant t on t.schema_name = o.realm
          where o.available_at <= now() and (t.id is null or t.status in ('trialing', 'active', 'past_due'))
          order by o.id limit ${BATCH} for update of o skip locked`,
      );
      if (lines.length === 0) return 0;
      const jobs = lines.flatMap(({ id, realm, name, payload }) =>
        this.subscribers.of(name).map((subscriber) => ({
          name: subscriber.name,
          data: { realm, payload },
          opts: { jobId: `${realm}-${id}-${subscriber.name}` },
        })),
      );
      if (jobs.length > 0) await this.queues.events.addBulk(jobs);
      await em.execute('delete from platform.outbox where id in (?)', [lines.map(({ id }) => id)], 'run');
      return lines.length;
    });
  }

  async onApplicationShutdown(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.running;
  }

  private wake(): void {
    this.running = this.running
      .then(() => this.drain())
      .catch((error: Error) => this.log.warn(`Will try again: ${error.message}`));
  }

  private async drain(): Promise<void> {
    while (!this.stopped && (await this.carry()) === BATCH);
  }
}
