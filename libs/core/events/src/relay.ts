import { type BeforeApplicationShutdown, Injectable, Logger } from '@nestjs/common';
import { PlatformDatabase } from '@foyer/database';
import { OPERATING } from '@foyer/tenancy';
import type { Cause } from './cause.js';
import { OUTBOX } from './outbox.js';
import { type EventJob, Queues } from './queue.js';
import { Signals } from './signals.js';
import { type Lane, LANES, Subscribers } from './subscribers.js';

const BATCH = 200;
const POLL_MS = 1000;
const CATCH_UP_MS = 10_000;
const SETTLED_AFTER = `interval '30 seconds'`;
const SETTLED_LATEST = `interval '10 minutes'`;
const CARRIED = 'update platform.outbox set relayed_at = now() where id in (?)';
const GONE = 'delete from platform.outbox where id in (?)';

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
  version: number;
  payload: object;
  cause: Cause;
  at: string;
  /** Subscribers that have done with it. */
  done: string[];
}
const LINE = `o.id, o.realm, o.name, o.version, o.payload, o.cause, o.done,
  to_char(o.created_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') as at`;

/**
 * Carries events from the outbox to the queue: one job per subscriber, whose id is made of the event's id and the
 * subscriber's name, so that carrying a line twice (a crash between the two stores) makes one job. A line stays until every
 * subscriber has done with it, and notes who has: the queue may forget, the outbox does not, so what is done is never done again because a
 * queue keeps few of its finished jobs. Lines of tenants that are not operating stay where they are until the tenant is back.
 */
@Injectable()
export class Relay implements BeforeApplicationShutdown {
  private readonly log = new Logger('Relay');
  private readonly timers: NodeJS.Timeout[] = [];
  private running: Promise<void> = Promise.resolve();
  private woken = false;
  private stopped = false;
  private readonly finished: { id: string; subscriber: string }[] = [];
  private noting: Promise<void> = Promise.resolve();

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
      setInterval(() => this.after(() => this.catchUp()), CATCH_UP_MS),
    );
    this.wake();
  }

  /** Carries what is there now. Returns how many lines it carried. */
  async carry(): Promise<number> {
    return this.platform.write(async (em) => {
      const lines = await em.execute<Line[]>(
        `select ${LINE}
           from platform.outbox o left join platform.tenant t on t.schema_name = o.realm
          where o.relayed_at is null and o.available_at <= now() and (t.id is null or t.status in (?))
          order by o.id limit ${BATCH} for update of o skip locked`,
        [[...OPERATING]],
      );
      if (lines.length === 0) return 0;
      await this.hand(lines.flatMap((line) => this.jobsOf(line)));
      const [unheard, heard] = [lines.filter((line) => this.isOver(line)), lines.filter((line) => !this.isOver(line))];
      if (heard.length > 0) await em.execute(CARRIED, [heard.map(({ id }) => id)], 'run');
      if (unheard.length > 0) await em.execute(GONE, [unheard.map(({ id }) => id)], 'run');
      return lines.length;
    });
  }

  /**
   * Notes that a subscriber has done with a line. Nobody waits for it, and what is done while a note is being written is noted
   * together: what a crash keeps from being noted is not lost, `catchUp` asks the queue.
   */
  done(id: string, subscriber: string): void {
    this.finished.push({ id, subscriber });
    if (this.finished.length > 1) return;
    this.noting = this.noting
      .then(() => this.note(this.finished.splice(0)))
      .catch((error: Error) => this.log.warn(`Not noted as done: ${error.message}`));
  }

  private async note(finished: { id: string; subscriber: string }[]): Promise<void> {
    const ids = [...new Set(finished.map(({ id }) => id))];
    await this.platform.write(async (em) => {
      await em.execute('select from platform.outbox where id in (?) order by id for update', [ids]);
      const lines = await em.execute<Line[]>(
        `update platform.outbox o set done = o.done || x.subscribers
           from (select id, array_agg(distinct subscriber) as subscribers
                   from jsonb_to_recordset(?::jsonb) as f(id bigint, subscriber text) group by id) x
          where o.id = x.id returning ${LINE}`,
        [JSON.stringify(finished)],
      );
      const over = lines.filter((line) => this.isOver(line)).map(({ id }) => id);
      if (over.length > 0) await em.execute(GONE, [over], 'run');
    });
  }

  /**
   * Looks after lines that were carried a while ago, all there are: jobs that the queue no longer knows (Redis was flushed, or lost
   * its last seconds) are made again. The longer a line waits, the more seldom it is looked at.
   */
  async catchUp(): Promise<void> {
    while (!this.stopped && (await this.catchUpSome()) === BATCH);
  }

  private async catchUpSome(): Promise<number> {
    const lines = await this.platform.write(async (em) => {
      const due = await em.execute<Line[]>(
        `select ${LINE} from platform.outbox o
          where o.relayed_at < now() - ${SETTLED_AFTER} and o.relayed_at < now() - least(o.relayed_at - o.available_at, ${SETTLED_LATEST})
          order by o.relayed_at limit ${BATCH} for update skip locked`,
      );
      if (due.length > 0) await em.execute(CARRIED, [due.map(({ id }) => id)], 'run');
      return due;
    });
    const finished = (await Promise.all(lines.map((line) => this.finishedOf(line)))).flat();
    if (finished.length > 0) await this.note(finished);
    return lines.length;
  }

  /** Who has done with a line and has not said so; what is not under way is made again. */
  private async finishedOf(line: Line): Promise<{ id: string; subscriber: string }[]> {
    const states = await Promise.all(this.jobsOf(line).map(async (job) => ({ job, state: await this.stateOf(job) })));
    return states
      .filter(({ state }) => state === 'completed' || state === 'failed')
      .map(({ job }) => ({ id: line.id, subscriber: job.name }));
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

  /** Of the subscribers that have not done with it. */
  private jobsOf({ id, realm, name, version, payload, cause, at, done }: Line): EventJobDraft[] {
    return this.subscribers
      .of(name)
      .filter((subscriber) => !done.includes(subscriber.name))
      .map((subscriber) => ({
        name: subscriber.name,
        data: { realm, payload, stamp: { ...cause, id, at, version } },
        opts: { jobId: `${realm}-${id}-${subscriber.name}` },
        lane: subscriber.lane,
      }));
  }

  private isOver(line: Line): boolean {
    return this.jobsOf(line).length === 0;
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.stopped = true;
    this.timers.forEach(clearInterval);
    await this.running;
    await this.noting;
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
