import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Queues } from './queue.js';
import { Subscribers } from './subscribers.js';

/** Marks the jobs of schedules, which belong to no tenant. */
export const SCHEDULE_REALM = 'schedule';
const CHECK_MS = 15_000;
/** A run that is overdue by this has been lost, and with it all that would have followed. */
const LOST_MS = 60_000;

/**
 * What `@Every` declares. The queue keeps one scheduler per name, however many workers announce it: two workers, one run.
 * That it still does is checked and not assumed: a queue can forget (a flushed Redis), and then nothing would ever run again.
 */
@Injectable()
export class Schedules implements OnApplicationShutdown {
  private readonly log = new Logger('Schedules');
  private timer: NodeJS.Timeout | undefined;
  private checking: Promise<void> | undefined;

  constructor(
    private readonly queues: Queues,
    private readonly subscribers: Subscribers,
  ) {}

  async start(): Promise<void> {
    for (const { name, seconds } of this.subscribers.schedules) await this.announce(name, seconds);
    this.timer = setInterval(() => (this.checking ??= this.checkOnce()), CHECK_MS);
  }

  async run(name: string): Promise<void> {
    await this.subscribers.schedules.find((schedule) => schedule.name === name)?.run();
  }

  /** Announces again what the queue does not know, or has let lie. */
  async check(): Promise<void> {
    for (const { name, seconds } of this.subscribers.schedules) {
      const known = await this.queues.of('inside').getJobScheduler(name);
      if (known?.next && Date.now() < known.next + seconds * 1000 + LOST_MS) continue;
      this.log.warn(`${name} is announced again: the queue had forgotten it`);
      if (known) await this.queues.of('inside').removeJobScheduler(name);
      await this.announce(name, seconds);
    }
  }

  private async checkOnce(): Promise<void> {
    await this.check().catch((error: Error) => this.log.warn(`Will check again: ${error.message}`));
    this.checking = undefined;
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  private async announce(name: string, seconds: number): Promise<void> {
    const job = { name, data: { realm: SCHEDULE_REALM, payload: {} } };
    await this.queues.of('inside').upsertJobScheduler(name, { every: seconds * 1000 }, job);
  }
}
