import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { PlatformDatabase } from '@foyer/database';
import { OUTBOX } from './outbox.js';
import { type EventJob, Queues } from './queue.js';
import { Signals } from './signals.js';
import { type Lane, LANES, Subscribers } from './subscribers.js';

const BATCH = 200;
const POLL_MS = 1000;
const SETTLE_MS = 10_000;
const SETTLED_AFTER = `interval '30 seconds'`;

interface EventJobDraft {
  name: string;
  data: EventJob;
  opts: { jobId: string };
  lane: Lane;
}
interface Line {
  id: string;
  realm: string;
  name: string;
  payload: object;
}

/**
 * Carries events from the outbox to the queue: one job per subscriber, whose id is made of the event's id and the
 * subscriber's name, so that carrying a line twice (a crash between the two stores) makes one job. A line stays until its
 * jobs are over: the queue may forget, the outbox does not. Lines of tenants that
 * are not operating stay where they are until the tenant is back.
 */
@Injectable()
export class Relay implements BeforeApplicationShutdown {
  private readonly log = new Logger('Relay');
  private readonly timers: NodeJS.Timeout[] = [];
  private running: Promise<void> = Promise.resolve();
  private woken = false;
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
    this.timers.push(
      setInterval(() => this.wake(), POLL_MS),
      setInterval(() => this.after(() => this.settle()), SETTLE_MS),
    );
    this.wake();
  }

  /** Carries what is there now. Returns how many lines it carried. */
  async carry(): Promise<number> {
    return this.platform.write(async (em) => {
      const lines = await em.execute<Line[]>(
        `select o.id, o.realm, o.name, o.payload
           from platform.outbox o left join platform.tenant t on t.schema_name = o.realm
          where o.relayed_at is null and o.available_at <= now() and (t.id is null or t.status in ('trialing', 'active', 'past_due'))
          order by o.id limit ${BATCH} for update of o skip locked`,
      );
      if (lines.length === 0) return 0;
      const jobs = lines.flatMap((line) => this.jobsOf(line));
      await this.hand(jobs);
      await em.execute(
        'update platform.outbox set relayed_at = now() where id in (?)',
        [lines.map(({ id }) => id)],
        'run',
      );
      return lines.length;
    });
  }

  /**
   * Looks after lines that were carried a while ago: those whose jobs are over go, and jobs that the queue no longer knows
   * (Redis was flushed, or lost its last seconds) are made again. Handlers are idempotent, so one too many does no harm.
   */
  async settle(): Promise<void> {
    await this.platform.write(async (em) => {
      const lines = await em.execute<Line[]>(
        `select id, realm, name, payload from platform.outbox
          where relayed_at < now() - ${SETTLED_AFTER} order by relayed_at limit ${BATCH} for update skip locked`,
      );
      const over: string[] = [];
      for (const line of lines) if (await this.isOver(line)) over.push(line.id);
      if (over.length > 0) await em.execute('delete from platform.outbox where id in (?)', [over], 'run');
      const rest = lines.map(({ id }) => id).filter((id) => !over.includes(id));
      if (rest.length > 0)
        await em.execute('update platform.outbox set relayed_at = now() where id in (?)', [rest], 'run');
    });
  }

  private async isOver(line: Line): Promise<boolean> {
    const states = await Promise.all(this.jobsOf(line).map((job) => this.stateOf(job)));
    return states.every((state) => state === 'completed' || state === 'failed');
  }

  private async stateOf(job: EventJobDraft): Promise<string> {
    const known = await this.queues.of(job.lane).getJob(job.opts.jobId);
    if (known) return known.getState();
    await this.hand([job]);
    return 'made again';
  }

  private async hand(jobs: EventJobDraft[]): Promise<void> {
    for (const lane of LANES) {
      const of = jobs.filter((job) => job.lane === lane).map(({ name, data, opts }) => ({ name, data, opts }));
      if (of.length > 0) await this.queues.of(lane).addBulk(of);
    }
  }

  private jobsOf({ id, realm, name, payload }: Line): EventJobDraft[] {
    return this.subscribers.of(name).map((subscriber) => ({
      name: subscriber.name,
      data: { realm, payload },
      opts: { jobId: `${realm}-${id}-${subscriber.name}` },
      lane: subscriber.lane,
    }));
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.timers.forEach(clearInterval);
    await this.running;
  }

  /** However often it is woken, at most one round waits for the one under way. */
  private wake(): void {
    if (this.woken) return;
    this.woken = true;
    this.after(() => {
      this.woken = false;
      return this.drain();
    });
  }

  /** One thing at a time; what fails is tried again by the next signal or tick. */
  private after(work: () => Promise<void>): void {
    this.running = this.running.then(work).catch((error: Error) => this.log.warn(`Will try again: ${error.message}`));
  }

  private async drain(): Promise<void> {
    while (!this.stopped && (await this.carry()) === BATCH);
  }
}
